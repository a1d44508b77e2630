"""Why the window cannot do what it is asked for."""

from cxrview.message import Message

LOADING_STOPPED = Message("loading-stopped", "Loading the model was stopped.")
CHOOSE_IN_MENU = Message("choose-in-menu", "Choose it again in the menu Model.")
HOLDS_NO_RADIOGRAPHS = Message("holds-no-radiographs", "holds no radiographs.")
COULD_NOT_BE_WRITTEN = Message("could-not-be-written", "could not be written.")
LEFT_ALONE = Message("left-alone", "{name} exists already and was left alone.")
GONE_BEFORE_REPORT = Message(
    "gone-before-report", "cannot be read any more, so the report could not name its contents."
)
OPEN_AGAIN = Message("open-again", "Open it again.")
PICTURE_TOO_LARGE = Message("picture-too-large", "The picture is too large for this format.")
SAVE_AS_PNG = Message("save-as-png", "Save it as PNG.")
PICTURE_NOT_WRITTEN = Message("picture-not-written", "cannot be written.")
PICTURE_ELSEWHERE = Message("picture-elsewhere", "Choose another place for the picture.")
ENDED_READING_IT = Message(
    "ended-reading-it", "cxrview ended while it was reading this file. Choose it to try again."
)
LEFT_CLOSED = Message(
    "left-closed",
    "{count} file is not opened again: cxrview ended while it was reading it.",
    "{count} files are not opened again: cxrview ended while it was reading them.",
)
NO_READING = Message("no-reading", "There is no reading.")
READING_TOOK_LONG = Message("reading-took-long", "The reading took longer than {seconds} seconds.")
TRY_AGAIN = Message("try-again", "Try again.")
BATCH_NOT_STARTED = Message("batch-not-started", "The batch could not be started: {reason}.")
BATCH_RUNS = Message("batch-runs", "A batch is being read.")
WAIT_OR_STOP_BATCH = Message("wait-or-stop-batch", "Wait for its end, or stop it.")
BATCH_ENDED_WITHOUT_WORD = Message("batch-ended-without-word", "The batch ended before it read a film.")
NO_LABELLED_FILMS = Message("no-labelled-films", "names none of the films that were read.")
MODEL_GONE = Message("model-gone", "These films were read by “{name}” {version}, which is not here any more.")
LABELS_UNKNOWN = Message("labels-unknown", "has labels that are no classes of the model: {labels}.")
NO_PROTOCOLS = Message("no-protocols", "holds no hanging protocols.")
EXPORTED_PROTOCOLS = Message(
    "exported-protocols", "Choose a file that was written by Export in the window of hanging protocols."
)
PROTOCOLS_OF_ANOTHER_VERSION = Message(
    "protocols-of-another-version", "holds hanging protocols of another version of cxrview."
)
PROTOCOL_VALUE = Message(
    "protocol-value", "has a value that cannot be: “{field}” of protocol {number}. Nothing was taken from it."
)
