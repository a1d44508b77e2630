"""Why the lung network cannot be used."""

from cxrview.message import Message

NO_LUNG_NETWORK = Message("no-lung-network", "The network that finds the lungs is missing.")
INSTALL_CXRVIEW_AGAIN = Message("install-cxrview-again", "Install cxrview again.")
LACKS_MASKS = Message("lacks-masks", "gives no masks of the classes that its card names.")
NO_LUNG_CLASS = Message("no-lung-class", "has no class “lungs”.")
NO_SHARES = Message("no-shares", "gives masks that are not between 0 and 1.")
MEASURES_OF_ANOTHER = Message("measures-of-another", "holds statistics of another lung network.")
MEASURES_WRONG_SHAPE = Message("measures-wrong-shape", "holds measures of lungs in the wrong shape.")
