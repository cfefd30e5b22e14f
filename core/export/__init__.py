"""A loaded pair as a folder that other programs open: transformers' own class, ONNX or OpenVINO."""
