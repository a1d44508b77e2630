"""Why the lung network cannot be used."""

from cxrview.message import Message

LACKS_MASKS = Message("lacks-masks", "gives no masks of the classes that its card names.")
NO_LUNG_CLASS = Message("no-lung-class", "has no class “lungs”.")
NO_SHARES = Message("no-shares", "gives masks that are not between 0 and 1.")
