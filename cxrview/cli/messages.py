"""Why a command cannot do what it is asked for."""

from cxrview.message import Message

NO_STANDARD_OUTPUT = Message("no-standard-output", "There is no standard output to write to.")
NAME_A_FILE = Message("name-a-file", "Name a file with --out.")
NOT_A_PICTURE = Message("not-a-picture", "The picture cannot be written as “{name}”.")
CHOOSE_PNG = Message("choose-png", "Choose .png.")
NOT_AN_NPZ = Message("not-an-npz", "The numbers cannot be written as “{name}”.")
CHOOSE_NPZ = Message("choose-npz", "Choose .npz.")
HAS_FRAMES = Message("has-frames", "{name} has {count} frames.")
CHOOSE_FRAME = Message("choose-frame", "Choose one with --frame.")
GIVE_MODEL = Message("give-model", "Give a model's folder or .zip file.")
NO_IMAGES_THERE = Message("no-images-there", "There are no images in the places given.")
RESUME_NEEDS_OUT = Message("resume-needs-out", "--resume needs --out.")
NO_SUCH_POINT = Message(
    "no-such-point", "The model {name} has no operating point “{point}” to call a class by."
)
POINTS_ARE = Message("points-are", "It has: {points}.")
LEAVE_OUT_POINT = Message(
    "leave-out-point", "Leave out --operating-point: the most probable class is called."
)
NO_FILE = Message("no-file", "{place} is not a file.")
EXISTS_ALREADY = Message("exists-already", "{place} exists already.")
RESUME_OR_OVERWRITE = Message("resume-or-overwrite", "Add --resume to go on with it, or --overwrite.")
HEATMAPS_WITHHELD = Message(
    "heatmaps-withheld",
    "{count} frames are not like the training films and have no heatmap; “cxrview explain” saves one anyway.",
)
