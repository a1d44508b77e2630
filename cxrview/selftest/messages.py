"""What a self-test finds wrong."""

from cxrview.message import Message

OTHER_PIXELS = Message("selftest-other-pixels", "is decoded to other values than are stored.")
OTHER_MODEL = Message(
    "selftest-other-model", "The stored reading is of version {known} of the model, and here is {given}."
)
OTHER_READING = Message(
    "selftest-other-reading", "The probability of {name} is {given}, where {stored} is stored."
)
OTHER_LUNGS = Message("selftest-other-lungs", "The lungs are found at another place than is stored.")
NO_WINDOW = Message("selftest-no-window", "The window does not open: {reason}")
NO_STEP = Message("selftest-no-step", "No step is trained: {reason}")
CONNECTED = Message("selftest-connected", "A connection was attempted: {where}.")
