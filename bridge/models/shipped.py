"""The models that come with the bridge, by the SHA-256 of their files.

They were tried when they were made, so a start need not try them again in a process of its own (`probe`): that would
take longer than all the rest of the start. Any other file is.
"""

from __future__ import annotations

__all__ = ["SHIPPED"]

SHIPPED = frozenset(
    {
        "a5a5135128b1653b86abcd6faa136c25e4a4e8ad4c4659545d057641caf998e1",  # drum_continuation.onnx
        "ca71e06b70380b57660e20cb71784a37bd72e2d449261bfc322009b918d30020",  # drum_vae.onnx
        "e6c8da24834e6fc467904c35c1d08136395ad0a2e54b47ba04a83ef39b120757",  # drumify.onnx
        "98702c2dcf9a979f70523a194da610f44680bdaf3d20c1c34b5419a330748eb7",  # humanise.onnx
        "d2aff231593c970deee5f6743c095ed25052ec110d20c1dc033c7997ef5a4ad6",  # melody_continuation.onnx
        "da8cb62e63285732edc459a35567b67b85aec2a8153acb59d3911ba6143e19f5",  # melody_vae.onnx
    }
)
