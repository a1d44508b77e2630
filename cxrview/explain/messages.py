"""Why there is no heatmap, or none in the colours asked for."""

from cxrview.message import Message

NO_COLOUR_MAP = Message("no-colour-map", "There is no colour map “{name}”; choose {names}.")
NOTHING_ABOVE = Message("nothing-above", "The heatmap of “{name}” has nothing above {percent} %.")
NO_CLASS = Message("no-class", "This model has no class “{name}”; it knows {names}.")
