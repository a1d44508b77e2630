"""The sentences about images that are to be found, read and split: each stands here and nowhere else.

What a data report finds in them is in `finding_texts`.
"""

from cxrview.message import Message

# Folders and tables
NO_IMAGES_AT = Message("no-images-at", "There are no images at “{path}”.")
HOLDS_NO_IMAGES = Message("holds-no-images", "holds no images.")
A_FOLDER_A_CLASS = Message(
    "a-folder-a-class",
    "Put the images of each class into a folder of its own, or list them in a CSV file.",
)
NAME_NOT_UTF8 = Message("name-not-utf8", "holds “{name}”, whose name is not valid UTF-8.")
RENAME_IT = Message("rename-it", "Rename it.")
TWO_FOLDERS = Message("two-folders", "has two folders for {side}.")
JOIN_THEM = Message("join-them", "Join them.")
FOLDER_BESIDE_SPLIT = Message(
    "folder-beside-split", "has the folder “{name}” beside those for training, validation and test."
)
MOVE_IT = Message("move-it", "Move it elsewhere.")
IMAGES_OUTSIDE_CLASSES = Message(
    "images-outside-classes",
    "holds {count} image outside the class folders, such as {name}.",
    "holds {count} images outside the class folders, such as {name}.",
)
CANNOT_SEARCH = Message("cannot-search", "cannot be searched: {reason}.")
LISTED_TWICE = Message("listed-twice", "lists “{name}” twice.")
JOIN_LABELS = Message("join-labels", "Join several labels of an image by “|”.")
SPLIT_MISSING = Message("split-missing", "names no split in line {number}, but in others.")
FILL_COLUMN = Message("fill-column", "Fill the column, or drop it.")
NO_CSV = Message("no-csv", "cannot be read as a table.")
SHOULD_BE_CSV = Message("should-be-csv", "It should be a CSV file in UTF-8.")
NO_FILE_COLUMN = Message("no-file-column", "lacks a column file, path or instance_uid.")
NAME_COLUMNS = Message(
    "name-columns",
    "The first line names the columns: file (or path, or instance_uid), label (or truth) and, if you like, "
    "group, split, source, boxes.",
)
TWO_COLUMNS = Message("two-columns", "has two columns “{name}”.")
DROP_ONE = Message("drop-one", "Drop one.")
NO_USABLE_FILE = Message("no-usable-file", "names no usable file in line {number}.")
RELATIVE_PATHS = Message("relative-paths", "Give paths relative to the table.")
UNKNOWN_SPLIT = Message("unknown-split", "knows a split “{name}” (line {number}).")
USE_KNOWN_SPLITS = Message("use-known-splits", "Use train, validation and test.")
UNREADABLE_BOXES = Message(
    "unreadable-boxes", "has no readable boxes in the column {column} of line {number}."
)
BOXES_AS_JSON = Message(
    "boxes-as-json",
    "Write [[left, top, right, bottom], …] in pixels of the film, [] where there are none, and nothing where "
    "it is not known.",
)
NO_REGULAR_EXPRESSION = Message(
    "no-regular-expression", "The pattern “{pattern}” is no regular expression: {reason}."
)
NOT_ONE_GROUP = Message(
    "not-one-group", "The pattern “{pattern}” has {count} groups in brackets instead of one."
)
PUT_PATIENT_INTO_GROUP = Message("put-patient-into-group", "Put the patient into one, as in {example}.")

# Images that were prepared
PREPARED_NEEDS_PYARROW = Message("prepared-needs-pyarrow", "Images as Parquet need the library pyarrow.")
INSTALL_WITH = Message("install-with", "Install it: {command}")
NOT_PREPARED = Message("not-prepared", "lacks the column {column} of prepared images.")
PREPARE_FIRST = Message("prepare-first", "Make the table with cxrview prepare.")
PREPARED_DAMAGED = Message("prepared-damaged", "is damaged in {part}.")
PREPARE_AGAIN = Message("prepare-again", "Prepare the images again.")
UNKNOWN_SPLIT_NAMED = Message("unknown-split-named", "knows a split “{name}”.")

# Labels and classes
UNUSABLE_LABEL = Message("unusable-label", "has the label {label}, which {complaint}.")
EMPTY_LABEL = Message("empty-label", "is empty")
TOO_LONG = Message("too-long", "has {count} characters; {most} are allowed")
LIKE_A_PATH = Message("like-a-path", "could be taken for a path")
INVISIBLE = Message("invisible", "has characters that cannot be seen")
GIVE_PLAIN_NAME = Message("give-plain-name", "Give it a plain name.")
CLASSES_ALIKE = Message("classes-alike", "has the classes “{one}” and “{other}”.")
SPELL_ALIKE = Message("spell-alike", "Spell them alike.")
NAMES_NO_CLASSES = Message("names-no-classes", "names no classes.")
TOO_MANY_CLASSES = Message("too-many-classes", "has {count:,} classes; a model can have {most:,}.")
NO_LABEL = Message("no-label", "gives no label to {file}.")
ALL_LABELS = Message("all-labels", "gives all {count} labels to {file}, which says nothing.")
GIVE_ONE_LABEL = Message(
    "give-one-label",
    "Give it one, or some of them, or let the classes go together (model.exclusive = false).",
)
CLASS_NOT_ON_CARD = Message("class-not-on-card", "has the class “{name}”, which the card does not name.")

NAMES_AND_MORE = Message("names-and-more", "{names} and {count} more")

# Reading and splitting
NOT_READ_BACK = Message("not-read-back", "cannot be read back.")
NO_ROOM = Message("no-room", "cannot be written: no space left on device.")
DISK_REFUSED = Message("disk-refused", "the disk refused it")
CHECK_DISK = Message("check-disk", "Check the disk.")
MAKE_ROOM_OR_MOVE = Message("make-room-or-move", "Make room, or choose another folder.")
MEND_OR_ALLOW = Message(
    "mend-or-allow",
    "Mend the data, or go on with {options}; the model's card will say so.",
    in_window="Mend the data in the first step, or go on in spite of what was found there; the model's card "
    "will say so.",
)
NO_TRAINING_SIDE = Message("no-training-side", "The split given has no images for training.")
ADD_OR_DROP_SPLIT = Message("add-or-drop-split", "Add some, or drop the split.")
FINDING_NEAR_DUPLICATES = Message("finding-near-duplicates", "looking for near-duplicates")
COMPARING_NEAR_DUPLICATES = Message("comparing-near-duplicates", "comparing near-duplicates")

# Entries of a configuration
NO_TABLE = Message("no-table", "no table “{entry}”")
UNKNOWN_ENTRY = Message("unknown-entry", "the unknown entry “{entry}”")
NO_LIST = Message("no-list", "no list at “{entry}”")
WRONG_KIND = Message("wrong-kind", "at “{entry}” {found}, which is no {kind}")
OUT_OF_RANGE = Message("out-of-range", "at “{entry}” {found}, which is not between {low} and {high}")
NO_SUCH_CHOICE = Message("no-such-choice", "at “{entry}” “{found}”, which is none of {choices}")
NO_CLASS_NAME = Message("no-class-name", "is no name for a class: “|” stands between several classes.")
RENAME_FOLDER = Message("rename-folder", "Rename the folder.")
NAME_NO_UNICODE = Message("name-no-unicode", "A file's name is not valid UTF-8.")
