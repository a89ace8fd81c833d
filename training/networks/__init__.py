"""The networks, in torch, and how each learns."""
