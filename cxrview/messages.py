"""Sentences that several rooms say."""

from cxrview.message import Message

UNREADABLE_FILE = Message("unreadable-file", "cannot be read.")
CANNOT_BE_READ = Message("cannot-be-read", "cannot be read: {reason}.")
CANNOT_BE_WRITTEN = Message("cannot-be-written", "cannot be written: {reason}.")
CANNOT_BE_UNPACKED = Message("cannot-be-unpacked", "cannot be unpacked: {reason}.")
PLACE_CANNOT_BE_WRITTEN = Message("place-cannot-be-written", "{place} cannot be written: {reason}.")
NOT_THERE = Message("not-there", "is not there.")
IS_DAMAGED = Message("is-damaged", "is damaged.")
MAKE_ROOM = Message("make-room", "Make room on the disk.")
CHOOSE_ANOTHER_NAME = Message("choose-another-name", "Choose another name.")
CHOOSE_ANOTHER_PLACE = Message("choose-another-place", "Choose another place.")
CHOOSE_ANOTHER_FOLDER = Message("choose-another-folder", "Choose another folder.")
IN_USE_BY_ANOTHER = Message("in-use-by-another", "is in use by another program.")

IN_USE = Message("in-use", "{place} is being written by another run of cxrview.")
WAIT_OR_CHOOSE_ANOTHER_FILE = Message(
    "wait-or-choose-another-file", "Wait for its end, or choose another file."
)
DISPLAY_LACKS = Message(
    "display-lacks",
    "Qt cannot show a window on {display} here, because {libraries} cannot be loaded. "
    "On Debian and Ubuntu: sudo apt install {packages}",
)
KEY_UNUSABLE = Message("key-unusable", "The pseudonym key {place} cannot be used: {reason}.")
KEY_DAMAGED = Message("key-damaged", "The pseudonym key {place} is damaged.")
REMOVE_KEY = Message("remove-key", "Remove it; new pseudonyms will differ.")
