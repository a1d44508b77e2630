"""The sentences about how good a model is: each stands here and nowhere else."""

from cxrview.message import Message

# What cannot be measured or written
NO_IMAGES_TO_REPORT = Message("no-images-to-report", "There are no images to report on.")
FOLDER_NOT_MADE = Message("folder-not-made", "{folder} cannot be made: {reason}.")
NOT_A_FOLDER = Message("not-a-folder", "{folder} is not a folder.")
REPORT_HERE = Message("report-here", "{folder} holds a report already.")
ADD_OVERWRITE = Message("add-overwrite", "Add --overwrite to replace it.")
NO_SUCH_PART = Message("no-such-part", "has no {part} part.")
PARTS_THERE = Message("parts-there", "It has {names}.")
NOT_SPLIT = Message("not-split", "It is not split: leave --split out.")
NO_READABLE_IMAGE = Message(
    "no-readable-image", "holds no image that can be read. The first, {file}: {reason}"
)
NO_READABLE_FIGURES = Message(
    "no-readable-figures", "The model brings no figures that can be read: how good it is, is not known."
)
NO_KNOWN_CLASS_HERE = Message("no-known-class-here", "has no class that the model knows: {labels}.")
MODEL_KNOWS = Message("model-knows", "The model knows {names}.")
LABEL_LEFT_OUT = Message(
    "label-left-out",
    "{images} labelled “{label}” left out: the model has no such class, or not this combination.",
)

MASK_OF_ANOTHER_SHAPE = Message("mask-of-another-shape", "is not of the shape of its film, {file}.")
NO_BOXES = Message("no-boxes", "has no boxes and no masks of the lungs to lay the heat on.")
METHOD_NEEDS_BOXES = Message("method-needs-boxes", "A method is only for the measure of heat on boxes.")
ADD_BOXES = Message("add-boxes", "Add --boxes.")
BOXES_IN_TABLE = Message(
    "boxes-in-table",
    "Give a table with a column boxes, [[left, top, right, bottom], …] in pixels of the film, or lung_mask.",
)

# What is being done
LAYING_HEAT = Message("laying-heat", "laying the heat on the boxes")
READING = Message("reading", "reading")
MEASURED = Message("measured", "measured")
DRAWING_PATIENTS = Message("drawing-patients", "drawing patients again")

# What a reader should know before believing the figures
IMAGES = Message("images", "1 image", "{count:,} images")
NOTHING_KNOWN = Message(
    "nothing-known",
    "No image here is of a class that the model knows, so nothing can be right or wrong.",
)
CLASS_ABSENT = Message(
    "class-absent", "There is no image of {names} here: what the model would miss is not known."
)
OR = Message("or", "{one} or {other}")
LEFT_OUT = Message(
    "left-out",
    "{count:,} image of no class that the model knows is left out.",
    "{count:,} images of no class that the model knows are left out.",
)
ONE_SOURCE = Message(
    "one-source",
    "Every image of {name} comes from a source that has no other class ({sources}): its figures also "
    "measure how well the model tells the sources apart.",
)
SOURCES_APART = Message(
    "sources-apart",
    "Accuracy is {low} on {worst} ({few}) and {high} on {best} ({many}): expect other hospitals to differ "
    "as much.",
)
OF_CLASS = Message("of-class", "{images} of {name} ({patients} patients or groups)")
NONE_MISSED = Message(
    "none-missed",
    "Of {images} none was missed. With so many, up to {bound} may be missed all the same.",
)
ALL_MISSED = Message(
    "all-missed",
    "Of {images} all was missed. With so many, up to {bound} may be found all the same.",
)
RECALL_UNCERTAIN = Message(
    "recall-uncertain", "The recall of {name} lies between {low} and {high}: there are only {images}."
)
ONLY_FEW = Message("only-few", "There are only {images}.")
ALL_PATIENTS = Message(
    "all-patients",
    "Each image counts as a patient of its own. If some patients have several, the intervals are too narrow.",
)
NOT_CALIBRATED = Message(
    "not-calibrated",
    "The probabilities are off by {error} on average: they are no frequencies here.",
)
OUT_OF_DOMAIN = Message(
    "out-of-domain",
    "The domain check flags {share} of these images as unlike those the model was trained on.",
)
HEAT_BY_CHANCE = Message(
    "heat-by-chance",
    "The heat's strongest place may lie in a box no more often than any place in the lungs does ({chance}).",
)
HEAT_OUTSIDE_LUNGS = Message("heat-outside-lungs", "{share} of the heat lies outside the lungs.")
HEAT_EMPTY = Message(
    "heat-empty", "On {share} of the films the map of their own class shows nothing at all: that is a miss."
)

# Whether a model needs the lungs
AUC_ALONE = Message("auc-alone", "{auc:.2f}")
AUC_BETWEEN = Message("auc-between", "{auc:.2f} ({low:.2f}–{high:.2f})")
LUNGS_NOT_NEEDED = Message(
    "lungs-not-needed",
    "The model does not need the lungs: with them blanked its AUC is {auc}, on whole films {whole}. "
    "It reads something else, which may be a marker, the frame or the hospital.",
)
SOMETHING_BESIDE_LUNGS = Message(
    "something-beside-lungs",
    "With the lungs blanked the AUC is still above chance, {auc} (on whole films {whole}): what lies around "
    "the lungs tells the classes apart too.",
)
TEXT_IS_READ = Message(
    "text-is-read",
    "The model reads text or markers: without them its AUC falls from {whole} to {auc}.",
)
BORDER_IS_READ = Message(
    "border-is-read",
    "The model reads the border of the films: with it blanked its AUC falls from {whole} to {auc}.",
)
LUNGS_ALONE_TELL_LITTLE = Message(
    "lungs-alone-tell-little",
    "Of the lungs alone the model makes little: its AUC is {auc}, on whole films {whole}. It has never seen "
    "such pictures, so that this alone proves nothing.",
)
AUDIT_TELLS_NOTHING = Message(
    "audit-tells-nothing",
    "On these films the model does not tell the classes apart with certainty (AUC {auc}): what it needs for "
    "that cannot be said.",
)
NO_SHORTCUT_FOUND = Message(
    "no-shortcut-found",
    "Nothing here says that the model does without the lungs. That is no proof that it needs them.",
)
AUDIT_WITHOUT_LUNGS = Message(
    "audit-without-lungs", "On {count:,} of {of:,} films no lungs were found: they are left out here."
)
