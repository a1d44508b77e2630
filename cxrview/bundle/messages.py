"""Why a bundle cannot be used, renamed, packed or brought in, and what to do about it."""

from cxrview.message import Message

# The card
CARD_NO_JSON = Message("card-no-json", "is not valid JSON: {error}.")
NO_CARD = Message("no-card", "is not a model card.")
CARD_OTHER_SCHEMA = Message("card-other-schema", "has schema {schema}, and this version reads {readable}.")
CARD_LACKS_ENTRY = Message("card-lacks-entry", "lacks the entry {entry}.")
CARD_WRONG_ENTRY = Message("card-wrong-entry", "has a wrong entry: {reason}.")
CARD_NO_BOOLEAN = Message("card-no-boolean", "{given} is neither true nor false")
CARD_NAME = Message("card-name", "name must be a plain folder name")
CARD_CLASS_COUNT = Message("card-class-count", "there must be 2 to {most} classes")
CARD_CLASS_NAMES = Message("card-class-names", "class names must differ and be visible")
CARD_INPUT_SIZE = Message("card-input-size", "input_size must be 32…2048")
CARD_MAP_FIELD = Message("card-map-field", "map_field must lie inside 0…1")
CARD_TEMPERATURE = Message("card-temperature", "temperature must be above 0")
CARD_KIND = Message(
    "card-kind", "kind must be classifier or segmenter, and frame film or lungs; this version knows no others"
)
CARD_WATCH_CLASS = Message("card-watch-class", "watch_class must be one of the classes")
CARD_MAP_SCALE = Message("card-map-scale", "map_scale must give a number above 0 for every class")
CARD_READING_NOISE = Message("card-reading-noise", "reading_noise must give log_odds, at least 0")
CARD_ELSEWHERE = Message(
    "card-elsewhere",
    "elsewhere must give right, of (above 0), low and high (0…1) for classes of the model",
)
CARD_FILES = Message("card-files", "files must list model.onnx and selftest.npz")
CARD_FILE_NAMES = Message("card-file-names", "files must be plain names")
CARD_TOO_LARGE = Message("card-too-large", "is far too large for a model card.")

# Its files
NO_BUNDLE = Message("no-bundle", "is not a model bundle: it has no readable card.json.")
FILE_NOT_LISTED = Message("file-not-listed", "holds the file {name}, which its card does not list.")
LARGER_THAN = Message("larger-than", "is larger than {limit} GiB.")
OTHER_SIZE = Message("other-size", "has {found} bytes and the card says {expected}.")
OTHER_HASH = Message("other-hash", "is not the file that the card was written for (its hash differs).")
FILE_MISSING = Message("file-missing", "The file {name} is missing.")
FILE_NOT_AS_LISTED = Message("file-not-as-listed", "The file {name} is not as its card says.")

# Bringing one in, packing one
ARCHIVE_BROKEN = Message("archive-broken", "is a damaged archive: {error}.")
CANNOT_BE_IMPORTED = Message("cannot-be-imported", "cannot be imported: {reason}.")
NAME_USED_UP = Message("name-used-up", "has a name that {count} models have.")
LACKS_FILE = Message("lacks-file", "lacks the file {name}, which its card lists.")
LACKS_FILE_AS_LISTED = Message("lacks-file-as-listed", "lacks the file {name} as its card lists it.")
LINK_IN_PLACE = Message("link-in-place", "holds a link or device in place of {name}.")
HOLDS_NO_MODEL = Message("holds-no-model", "holds no model: it has no usable card.json.")
HOLDS_TOO_MANY_FILES = Message("holds-too-many-files", "holds more than {limit} files.")
LEADS_ELSEWHERE = Message("leads-elsewhere", "holds the path “{name}”, which is not allowed.")
LINK_OR_ENCRYPTED = Message("link-or-encrypted", "holds “{name}” as a link, a device or encrypted.")
NO_KIND = Message("no-kind", "holds the file {name}, which is of no kind that a model has.")
NOT_ITS_KIND = Message("not-its-kind", "holds the file {name}, which is not what its name says.")
FILE_TWICE = Message("file-twice", "holds the file {name} twice.")
IS_THERE = Message("is-there", "is there already.")

# Names, notes, operating points
NO_MODEL_NAME = Message("no-model-name", "“{name}” is no name for a model.")
NAME_TAKEN = Message("name-taken", "There is a model called “{name}” already.")
CANNOT_BE_RENAMED = Message("cannot-be-renamed", "cannot be renamed: {reason}.")
CANNOT_BE_DELETED = Message("cannot-be-deleted", "cannot be deleted: {reason}.")
CANNOT_COME_BACK = Message("cannot-come-back", "“{name}” cannot be brought back: {reason}.")
NOT_YOUR_OWN = Message("not-your-own", "“{name}” is none of your own models.")
NOTES_TOO_LONG = Message("notes-too-long", "The notes have more than {limit} characters.")
NO_OPERATING_POINT = Message("no-operating-point", "The model has no such operating point.")
NONE_INSTALLED = Message("none-installed", "No model is installed.")
NO_SUCH_MODEL = Message("no-such-model", "There is no model “{model}”.")
READS_NO_FILMS = Message(
    "reads-no-films", "“{model}” marks the lungs for other models; it has no classes to read films by."
)
HAS_ITS_OWN_SEGMENTER = Message(
    "has-its-own-segmenter", "marks lungs and reads no films; cxrview has a network of its own for that."
)

# What to do
IMPORT_AGAIN = Message("import-again", "Import the model again.")
IMPORT_FROM_SOURCE = Message("import-from-source", "Import the model again from where you got it.")
GET_AGAIN = Message("get-again", "Get the model again from where it came.")
UPDATE_OR_EXPORT = Message("update-or-export", "Update cxrview, or export the model again with this version.")
CHOOSE_MODEL_FOLDER = Message("choose-model-folder", "Choose the folder that holds model.onnx and card.json.")
CHOOSE_A_CLASSIFIER = Message("choose-a-classifier", "Choose a model that names classes of films.")
INSTALL_AGAIN = Message("install-again", "Install cxrview again, or choose a model's folder.")
INSTALLED_ARE = Message("installed-are", "Installed: {names}; or give a model's folder.")
NONE = Message("none", "none")
DELETE_SOME = Message("delete-some", "Delete some of them.")
OTHER_NAME_OR_DELETE = Message("other-name-or-delete", "Choose another name, or delete it.")
ALLOWED_NAME = Message("allowed-name", "Use letters, digits, dots, hyphens and underscores, as in “{name}”.")
CLOSE_WHAT_USES_IT = Message("close-what-uses-it", "Close what uses it, and try again.")
RENAME_THAT_ONE = Message("rename-that-one", "Rename that one, and try again.")
BUNDLED_STAY = Message("bundled-stay", "The models that come with cxrview stay as they are.")
SHORTEN_NOTES = Message("shorten-notes", "Shorten them.")
MAKE_ROOM_OR_ASK = Message("make-room-or-ask", "Make room on the disk, or ask for access to it.")
