"""Run any network by an engine that is proved before it is used: OpenVINO, ONNX Runtime, Keras."""
