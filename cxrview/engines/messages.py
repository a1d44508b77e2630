"""Why a network or an engine cannot be used, and what to do about it."""

from cxrview.message import Message

HOLDS_NO_NUMBERS = Message("holds-no-numbers", "holds values that are not numbers.")
SELF_TEST_OF_ANOTHER = Message("self-test-of-another", "holds a self-test for another model.")
NO_HEAD = Message("no-head", "The model has no head of dense layers.")
NO_NECK = Message("no-neck", "The model has no layer called “{pooling}” or “{flatten}”.")
EXPORT_MODEL_AGAIN = Message("export-model-again", "Export the model again.")
TRAIN_AGAIN = Message("train-again", "Train it again with this version.")
ONLY_OWN_EXPLAIN = Message("only-own-explain", "Only models made by cxrview explain themselves.")
WHOLE_OLD_MODEL = Message(
    "whole-old-model", "is a whole model in Keras's old format, which can hold code, so it is not opened."
)
TOO_MANY_PARTS = Message("too-many-parts", "holds far too many parts for a network.")
NUMBERS_ELSEWHERE = Message("numbers-elsewhere", "takes numbers from other files, so it is not read.")
TOO_DEEP = Message("too-deep", "is nested far too deep for a network.")
LINKS_ELSEWHERE = Message("links-elsewhere", "has links to other places or files, so it is not read.")
SAVE_WEIGHTS_ALONE = Message(
    "save-weights-alone", "Save the weights alone (model.save_weights) and choose that file."
)
NO_KERAS_MODEL = Message("no-keras-model", "is not a Keras model.")
NOT_ONE_KERAS_MODEL = Message("not-one-keras-model", "is not a Keras model, or holds more than one.")
KERAS_TOO_LARGE = Message("keras-too-large", "is too large.")
COULD_RUN_CODE = Message("could-run-code", "contains “{name}”, which could run code.")
KERAS_CANNOT_LOAD = Message("keras-cannot-load", "cannot be loaded by Keras.")
ONLY_OWN_OR_PLAIN = Message(
    "only-own-or-plain", "Only models made by cxrview, or of plain Keras layers, can be used."
)
NOT_INSTALLED = Message("not-installed", "{title} is not installed: pip install {install}.")
LIBRARY_DAMAGED = Message("library-damaged", "{title} is damaged ({error}): install it again.")
KERAS_ELSEWHERE = Message("keras-elsewhere", "Keras is set to run on {backend}, not on TensorFlow.")
NO_KERAS_FILE = Message("no-keras-file", "The model has no Keras file.")
OTHER_INPUT = Message("other-input", "The model takes {wanted} numbers for a film, and not {given}.")
NOT_ONE_ROW = Message(
    "not-one-row", "The network uses a layer several times, or has several inputs, so it cannot be laid out."
)
TENSORFLOW_FINDS_NO = Message("tensorflow-finds-no", "TensorFlow finds no {device} here.")
TENSORFLOW_FAILED = Message("tensorflow-failed", "TensorFlow failed on {device}: {error}")
ONNXRUNTIME_CANNOT_RUN = Message("onnxruntime-cannot-run", "cannot be run by ONNX Runtime: {error}")
ONNXRUNTIME_CANNOT_START = Message("onnxruntime-cannot-start", "ONNX Runtime could not start {provider}.")
ONNXRUNTIME_FAILED = Message("onnxruntime-failed", "ONNX Runtime failed on {device}: {error}")
ONNXRUNTIME_KNOWS_NO = Message(
    "onnxruntime-knows-no", "This build of ONNX Runtime knows no {device}: {extras}."
)
ONNXRUNTIME_EXTRAS = Message(
    "onnxruntime-extras", "pip install cxrview[cuda] (NVIDIA) or cxrview[directml] (Windows)"
)
OPENVINO_FINDS_NO = Message("openvino-finds-no", "OpenVINO finds no {device} here (it finds {found}).")
ARRAYS_TOO_LARGE = Message("arrays-too-large", "says that it holds more than {limit} MiB of numbers.")
WEIGHTS_TOO_LARGE = Message("weights-too-large", "says that it holds far more weights than it can.")
ONE_AT_A_TIME = Message("one-at-a-time", "gives other answers for several images at once than for one.")
NO_ONNX = Message("no-onnx", "is no ONNX model.")
OPENVINO_CANNOT_READ = Message("openvino-cannot-read", "cannot be read by OpenVINO.")
OPENVINO_CANNOT_COMPILE = Message(
    "openvino-cannot-compile", "OpenVINO cannot compile the model for {device}."
)
OPENVINO_FAILED = Message("openvino-failed", "OpenVINO failed on {device}: {error}")
NO_DEVICE = Message("no-device", "There is no device “{device}”.")
DEVICES_ARE = Message("devices-are", "Choose {devices}, or one of {engines}, or both as onnxruntime:cpu.")
NO_ENGINE = Message("no-engine", "No engine can run the model. {refusals}")
REFUSAL = Message("refusal", "{name}: {reason}")
DOCTOR_OR_OTHER_DEVICE = Message(
    "doctor-or-other-device", "Run “cxrview doctor” to see what works here, or choose another device."
)
OUTPUT_DIFFERS = Message(
    "output-differs",
    "{name} on {device} gives other answers than the model should (an output differs by {difference:.4f}).",
)
