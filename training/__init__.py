"""Readable scripts, one per model: data -> weights -> ONNX -> golden pair -> card. Never imported by the bridge."""
