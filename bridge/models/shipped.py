"""The models that come with the bridge, by the SHA-256 of their files.

They were tried when they were made, so a start need not try them again in a process of its own (`probe`): that would
take longer than all the rest of the start. Any other file is.
"""

from __future__ import annotations

__all__ = ["SHIPPED"]

SHIPPED = frozenset(
    {
        "47941531c792a2fccf547e000d33539a9bdabe8bb4651345e6c6d8f0c6eb9eb9",  # drum_continuation.onnx
        "716e1604b8b9b9b95f0917d2d97b94fafee7baba7c07d6450eb64cba4836d0ea",  # drum_vae.onnx
        "ec1a84751797e227414a1116edeff997a280655360185be013c96b9973978a8e",  # drumify.onnx
        "34845a696c848f941994c3e19b658a6e2770f11b06665f503b64e072ea4253e2",  # humanise.onnx
        "8461e5ec44cd7fe91eb10e493915da6598e9ae85deddd57f5fe6cf0b87d62dec",  # melody_continuation.onnx
        "4a2863c33e77c37437c30038abdf2a07de696aa0035037b96fc6891bcbc2f861",  # melody_vae.onnx
    }
)
