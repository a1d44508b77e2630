"""The messages about images, of here and of the rooms below: a new room is one more line here."""

from cxrview import message
from cxrview.message import Catalogue
from cxrview.training import data_messages, finding_texts

ROOMS = (
    message,
    data_messages,
    finding_texts,
)
CATALOGUE = Catalogue(ROOMS)
