"""The sentences of the data report, to be filled in and translated."""

from cxrview.words import mark, markn

PLACES = {
    "": "",
    "external collection": mark(" of the external collection"),
    "strangers": mark(" of the strangers"),
}
LACKING = {
    "train": mark("For training there are no images of {classes}."),
    "validation": mark("For validation there are no images of {classes}."),
    "test": mark("For test there are no images of {classes}."),
}
FEW_ON = {
    "validation": mark("For validation there are fewer than {least} images of {classes}."),
    "test": mark("For test there are fewer than {least} images of {classes}."),
}
UNREADABLE = markn(
    "{count} file{place} cannot be read and is left out: {first}",
    "{count} files{place} cannot be read and are left out: {first}",
)
BLANK = markn(
    "{count} image{place} without contrast left out: nothing is seen.",
    "{count} images{place} without contrast left out: nothing is seen.",
)
HOLES = markn(
    "{count} image{place} with pixels that are not finite numbers.",
    "{count} images{place} with pixels that are not finite numbers.",
)
FRAMES = markn(
    "{count} image{place} with several frames; the first is used.",
    "{count} images{place} with several frames; the first is used.",
)
SMALLER = markn(
    "{count} image{place} much smaller than the model's input of {size} pixels a side.",
    "{count} images{place} much smaller than the model's input of {size} pixels a side.",
)
EXACT = markn(
    "{count} pair of the same pixels, kept together where the images are split here.",
    "{count} pairs of the same pixels, kept together where the images are split here.",
)
NEAR = markn(
    "{count} pair of versions of one picture, kept together where the images are split here.",
    "{count} pairs of versions of one picture, kept together where the images are split here.",
)
TORN = markn(
    "{count} picture in two classes, such as {one} ({one_class}) and {other} ({other_class}).",
    "{count} pictures in two classes, such as {one} ({one_class}) and {other} ({other_class}).",
)
TORN_PATIENTS = markn(
    "{count} patient or group has images of different classes; that is right if somebody fell ill or "
    "recovered between two images, and otherwise a label is wrong.",
    "{count} patients or groups have images of different classes; that is right if somebody fell ill or "
    "recovered between two images, and otherwise a label is wrong.",
)
LEAKING_PATIENTS = markn(
    "{count} patient or group has images on two sides of the split: the figures will be too good.",
    "{count} patients or groups have images on two sides of the split: the figures will be too good.",
)
LEAKING_COPIES = markn(
    "{count} picture on two sides of the split, in two versions: the figures will be too good.",
    "{count} pictures on two sides of the split, in two versions: the figures will be too good.",
)
FOREIGN_COPIES = markn(
    "{count} image of the external collection also among those to learn from, in the same or another "
    "version, left out: they judge nothing.",
    "{count} images of the external collection also among those to learn from, in the same or another "
    "version, left out: they judge nothing.",
)
FOREIGN_PATIENTS = markn(
    "{count} image of the external collection of patients or groups to learn from.",
    "{count} images of the external collection of patients or groups to learn from.",
)
EMPTY_FOLDERS = markn(
    "{count} folder without any image makes no class: {classes}.",
    "{count} folders without any image make no class: {classes}.",
)
UNREAD_PATIENTS = mark(
    "The column “{column}” of the table is not read. If it names the patient, call it “group”: then all "
    "images of a patient stay on one side of the split."
)
NO_IMAGES = mark("There is no image that can be used.")
TOO_FEW = markn(
    "The class “{name}” has {count} patient or group of images, too few to have one each for {sides}. "
    "{advice}",
    "The class “{name}” has {count} patients or groups of images, too few to have one each for {sides}. "
    "{advice}",
)
SIDES_NEEDED = {
    (0, 1, 2): mark("training, validation and test"),
    (0, 1): mark("training and validation"),
    (0, 2): mark("training and test"),
    (0,): mark("training"),
}
ADD_IMAGES = mark("Add images.")
ADD_OR_NO_TEST = mark("Add images, or set the share for test to 0.")
NO_CLASS = mark("There is no class at all; a model needs at least two to tell apart.")
ONE_CLASS = mark("There is only the class “{name}”; a model needs at least two to tell apart.")
EMPTY_CLASS = mark("There are no images of {classes}, which the model is to know.")
FEW_IMAGES = mark("Of {classes} there are fewer than {least} images; expect no reliable model.")
IMBALANCE = mark(
    "There are {many} images of “{most}” and {few} of “{least}”; keep the classes balanced in training."
)
ONE_PATIENT = mark("All {count} files carry the same PatientID, which is therefore passed over.")
CONFOUNDED = mark(
    "The {attribute} alone tells the class in {accuracy}% of the images (balanced over the classes; chance "
    "gives {chance}%), so the model may learn it instead of the disease."
)
