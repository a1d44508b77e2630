"""Why there is no heatmap, or none in the colours asked for, and where it is strongest."""

from cxrview.message import Message

NO_COLOUR_MAP = Message("no-colour-map", "There is no colour map “{name}”; choose {names}.")
NOTHING_ABOVE = Message("nothing-above", "The heatmap of “{name}” has nothing above {percent} %.")
NO_CLASS = Message("no-class", "This model has no class “{name}”; it knows {names}.")
IN_RIGHT_UPPER = Message("in-right-upper", "The heat is strongest in the right upper zone.")
IN_RIGHT_MIDDLE = Message("in-right-middle", "The heat is strongest in the right middle zone.")
IN_RIGHT_LOWER = Message("in-right-lower", "The heat is strongest in the right lower zone.")
IN_LEFT_UPPER = Message("in-left-upper", "The heat is strongest in the left upper zone.")
IN_LEFT_MIDDLE = Message("in-left-middle", "The heat is strongest in the left middle zone.")
IN_LEFT_LOWER = Message("in-left-lower", "The heat is strongest in the left lower zone.")
IN_BOTH_UPPER = Message("in-both-upper", "The heat is strongest in both upper zones.")
IN_BOTH_MIDDLE = Message("in-both-middle", "The heat is strongest in both middle zones.")
IN_BOTH_LOWER = Message("in-both-lower", "The heat is strongest in both lower zones.")
