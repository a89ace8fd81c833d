"""The models that come with the bridge, by the SHA-256 of their files.

They were tried when they were made, so a start need not try them again in a process of its own (`probe`): that would
take longer than all the rest of the start. Any other file is.
"""

from __future__ import annotations

__all__ = ["SHIPPED"]

SHIPPED = frozenset(
    {
        "d537a12a8c2cc47ae4e985c416f6099cfd4eac394a69f1718540255b84a3c7e2",  # drum_vae.onnx
    }
)
