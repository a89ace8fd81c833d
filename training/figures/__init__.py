"""How well models do, in numbers."""
