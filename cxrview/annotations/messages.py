"""Why the file of annotations cannot be used."""

from cxrview.message import Message

LATER_VERSION = Message("later-version", "was written by a later version of cxrview.")
USE_LATER_VERSION = Message("use-later-version", "Use that one.")
STORE_DAMAGED = Message("store-damaged", "is damaged. What you draw lasts until the window is closed.")
STORE_UNUSABLE = Message(
    "store-unusable", "cannot be used: {reason}. What you draw lasts until the window is closed."
)
MOVE_AWAY = Message("move-away", "Move {place} away to begin anew.")
TRIED_AGAIN = Message("tried-again", "It is tried again.")
LIES_AT = Message("lies-at", "It lies at {place}.")
LABELS_DAMAGED = Message("labels-damaged", "is damaged. Labels last until the window is closed.")
LABELS_UNUSABLE = Message(
    "labels-unusable", "cannot be used: {reason}. Labels last until the window is closed."
)
TEXTS_DAMAGED = Message("texts-damaged", "is damaged. What you write lasts until the window is closed.")
TEXTS_UNUSABLE = Message(
    "texts-unusable", "cannot be used: {reason}. What you write lasts until the window is closed."
)
