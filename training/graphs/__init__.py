"""The trained networks as ONNX files, with their cards and proofs."""
