"""The models that come with the bridge, by the SHA-256 of their files.

They were tried when they were made, so a start need not try them again in a process of its own (`probe`): that would
take longer than all the rest of the start. Any other file is.
"""

from __future__ import annotations

__all__ = ["SHIPPED"]

SHIPPED = frozenset(
    {
        "384677152e9d2ae503bd844b5dbecd9de0a66bcf782fa2c246de98d5960223fd",  # drum_vae.onnx
    }
)
