"""The models that come with the bridge, by the SHA-256 of their files.

They were tried when they were made, so a start need not try them again in a process of its own (`probe`): that would
take longer than all the rest of the start. Any other file is.
"""

from __future__ import annotations

__all__ = ["SHIPPED"]

SHIPPED = frozenset(
    {
        "f61c266c3c2b3d29bd61eb14d1a017098b7d4ac9884e0a9c6790fb803ad5fda1",  # drum_vae.onnx
    }
)
