"""The models that come with the bridge, by the SHA-256 of their files.

They were tried when they were made, so a start need not try them again in a process of its own (`probe`): that would
take longer than all the rest of the start. Any other file is.
"""

from __future__ import annotations

__all__ = ["SHIPPED"]

SHIPPED = frozenset(
    {
        "4431a2fb2e72fe9fe11891bd13b899f387f97d3f18d7fd941e0518d057b68c83",  # drum_continuation.onnx
        "340f0330774292cd253bfc75c51a93faeb62da915f3d40509ac313bf648ee38e",  # drum_vae.onnx
        "8af0685d29255d40d37eaa28ff966effd2c98526779cc4405b8a0bd826168776",  # drumify.onnx
        "98702c2dcf9a979f70523a194da610f44680bdaf3d20c1c34b5419a330748eb7",  # humanise.onnx
        "09eb9750547ca1ffec2a3328a0c55f4c9eadc318b80eddb196fcabd08c0243dc",  # melody_continuation.onnx
        "4b9b517a4064e552c660ccc748de8c918698a72a0d22c57307f5a607bcd54b9d",  # melody_vae.onnx
    }
)
