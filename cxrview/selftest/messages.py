"""What a self-test finds wrong."""

from cxrview.message import Message

DECODED_OTHERWISE = Message("decoded-otherwise", "is decoded to other values than are stored.")
STORED_FOR_ANOTHER = Message(
    "stored-for-another", "The stored reading is of version {known} of the model, and here is {given}."
)
OTHER_READING = Message("other-reading", "The probability of {name} is {given}, where {stored} is stored.")
OTHER_LUNGS = Message("other-lungs", "The lungs are found at another place than is stored.")
NO_WINDOW = Message("no-window", "The window does not open: {reason}")
NO_STEP = Message("no-step", "No step is trained: {reason}")
CONNECTED = Message("connected", "A connection was attempted: {where}.")
