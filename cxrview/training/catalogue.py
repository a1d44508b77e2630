"""The messages that a training, or what it calls, may hand on: a new room is one more line here."""

from cxrview.message import Catalogue
from cxrview.training import data_catalogue, evaluation_messages, messages, names

ROOMS = (
    *data_catalogue.ROOMS,
    evaluation_messages,
    messages,
    names,
)
CATALOGUE = Catalogue(ROOMS)
