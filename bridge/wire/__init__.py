"""OSC: bytes and messages, the table of messages, delivery in parts. Never imports a model."""
