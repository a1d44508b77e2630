"""The sentences of the data report: each stands here and nowhere else."""

from collections.abc import Sequence

from cxrview.datasets.messages import NAMES_AND_MORE
from cxrview.message import Message

MOST_NAMED = 5  # classes

QUOTED = Message("quoted", "“{name}”")
OF_EXTERNAL = Message("of-external", " of the external collection")
OF_OUT_OF_DISTRIBUTION = Message("of-out-of-distribution", " outside the task")
LACKING = {
    "train": Message("lacking-train", "For training there are no images of {classes}."),
    "validation": Message("lacking-validation", "For validation there are no images of {classes}."),
    "test": Message("lacking-test", "For test there are no images of {classes}."),
}
FEW_ON = {
    "validation": Message(
        "few-on-validation", "For validation there are fewer than {least} images of {classes}."
    ),
    "test": Message("few-on-test", "For test there are fewer than {least} images of {classes}."),
}
UNREADABLE = Message(
    "unreadable",
    "{count:,} file{place} cannot be read and is left out: {first}",
    "{count:,} files{place} cannot be read and are left out: {first}",
)
BLANK = Message(
    "blank",
    "{count:,} image{place} without contrast left out: nothing is seen.",
    "{count:,} images{place} without contrast left out: nothing is seen.",
)
HOLES = Message(
    "holes",
    "{count:,} image{place} with pixels that are not finite numbers.",
    "{count:,} images{place} with pixels that are not finite numbers.",
)
FRAMES = Message(
    "frames",
    "{count:,} image{place} with several frames; the first is used.",
    "{count:,} images{place} with several frames; the first is used.",
)
SMALLER = Message(
    "smaller",
    "{count:,} image{place} much smaller than the model's input of {size:,} pixels a side.",
    "{count:,} images{place} much smaller than the model's input of {size:,} pixels a side.",
)
EXACT = Message(
    "exact",
    "{count:,} pair of the same pixels, kept together where the images are split here.",
    "{count:,} pairs of the same pixels, kept together where the images are split here.",
)
NEAR = Message(
    "near",
    "{count:,} pair of versions of one picture, kept together where the images are split here.",
    "{count:,} pairs of versions of one picture, kept together where the images are split here.",
)
TORN = Message(
    "torn",
    "{count:,} picture in two classes, such as {one} ({one_class}) and {other} ({other_class}).",
    "{count:,} pictures in two classes, such as {one} ({one_class}) and {other} ({other_class}).",
)
TORN_PATIENTS = Message(
    "torn-patients",
    "{count:,} patient or group has images of different classes; that is right if somebody fell ill or "
    "recovered between two images, and otherwise a label is wrong.",
    "{count:,} patients or groups have images of different classes; that is right if somebody fell ill or "
    "recovered between two images, and otherwise a label is wrong.",
)
LEAKING_PATIENTS = Message(
    "leaking-patients",
    "{count:,} patient or group has images on two sides of the split: the figures will be too good.",
    "{count:,} patients or groups have images on two sides of the split: the figures will be too good.",
)
LEAKING_COPIES = Message(
    "leaking-copies",
    "{count:,} picture on two sides of the split, in two versions: the figures will be too good.",
    "{count:,} pictures on two sides of the split, in two versions: the figures will be too good.",
)
FOREIGN_COPIES = Message(
    "foreign-copies",
    "{count:,} image of the external collection also among those to learn from, in the same or another "
    "version, left out: they judge nothing.",
    "{count:,} images of the external collection also among those to learn from, in the same or another "
    "version, left out: they judge nothing.",
)
FOREIGN_PATIENTS = Message(
    "foreign-patients",
    "{count:,} image of the external collection of patients or groups to learn from.",
    "{count:,} images of the external collection of patients or groups to learn from.",
)
EMPTY_FOLDERS = Message(
    "empty-folders",
    "{count:,} folder without any image makes no class: {classes}.",
    "{count:,} folders without any image make no class: {classes}.",
)
UNREAD_PATIENTS = Message(
    "unread-patients",
    "The column “{column}” of the table is not read. If it names the patient, call it “group”: then all "
    "images of a patient stay on one side of the split.",
)
NO_LUNGS = Message(
    "no-lungs",
    "{count:,} image{place} in which no lungs were found: it is read whole.",
    "{count:,} images{place} in which no lungs were found: they are read whole.",
)
ONE_OF_SEVERAL = Message(
    "one-of-several",
    "{count:,} image with several classes, taken as “one of these”, is learnt from and judges nothing. If an "
    "image can have several classes at once, say so with exclusive = false.",
    "{count:,} images with several classes, taken as “one of these”, are learnt from and judge nothing. If "
    "an image can have several classes at once, say so with exclusive = false.",
)
NO_IMAGES = Message("no-images", "There is no image that can be used.")
TOO_FEW = Message(
    "too-few",
    "The class “{name}” has {count:,} patient or group of images, too few to have one each for {sides}. "
    "{advice}",
    "The class “{name}” has {count:,} patients or groups of images, too few to have one each for {sides}. "
    "{advice}",
)
ALL_SIDES = Message("all-sides", "training, validation and test")
TRAINING_VALIDATION = Message("training-validation", "training and validation")
TRAINING_TEST = Message("training-test", "training and test")
TRAINING_ONLY = Message("training-only", "training")
SIDES_NEEDED = {
    (0, 1, 2): ALL_SIDES,
    (0, 1): TRAINING_VALIDATION,
    (0, 2): TRAINING_TEST,
    (0,): TRAINING_ONLY,
}
ADD_IMAGES = Message("add-images", "Add images.")
ADD_OR_NO_TEST = Message("add-or-no-test", "Add images, or set the share for test to 0.")
NO_CLASS_AT_ALL = Message(
    "no-class-at-all", "There is no class at all; a model needs at least two to tell apart."
)
ONE_CLASS = Message(
    "one-class", "There is only the class “{name}”; a model needs at least two to tell apart."
)
EMPTY_CLASS = Message("empty-class", "There are no images of {classes}, which the model is to know.")
FEW_IMAGES = Message(
    "few-images", "Of {classes} there are fewer than {least} images; expect no reliable model."
)
IMBALANCE = Message(
    "imbalance",
    "There are {many:,} images of “{most}” and {few:,} of “{least}”; keep the classes balanced in training.",
)
ONE_PATIENT = Message(
    "one-patient", "All {count:,} files carry the same PatientID, which is therefore passed over."
)
CONFOUNDED = Message(
    "confounded",
    "The {attribute} alone tells the class in {accuracy}% of the images (balanced over the classes; chance "
    "gives {chance}%), so the model may learn it instead of the disease.",
)
ATTRIBUTES = {
    "Modality": Message("attributes-modality", "modality"),
    "Manufacturer": Message("attributes-manufacturer", "maker of the device"),
    "ManufacturerModelName": Message("attributes-manufacturer-model-name", "model of the device"),
    "ViewPosition": Message("attributes-view-position", "view position"),
    "PhotometricInterpretation": Message(
        "attributes-photometric-interpretation", "photometric interpretation"
    ),
    "PresentationIntentType": Message("attributes-presentation-intent-type", "presentation intent"),
    "source": Message("attributes-source", "collection (source)"),
    "format": Message("attributes-format", "kind of file"),
    "suffix": Message("attributes-suffix", "ending of the file's name"),
    "size": Message("attributes-size", "image size"),
}


def quoted(names: Sequence[str]) -> Message | list[Message]:
    """Return the `names` in quotation marks, the first few of many."""
    shown = [QUOTED(name=name) for name in names[:MOST_NAMED]]
    return NAMES_AND_MORE(names=shown, count=len(names) - MOST_NAMED) if len(names) > MOST_NAMED else shown
