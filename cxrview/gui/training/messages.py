"""What went wrong with a process, as the window saw it: the process itself could not say it."""

from cxrview.message import Message

NOT_STARTED = Message("not-started", "The training process could not be started: {reason}.")
ENDED_WITHOUT_WORD = Message(
    "ended-without-word", "The training process ended without a word (code {status})."
)
ENDED_BY_SYSTEM = Message(
    "ended-by-system", "The training process was ended by the system; it may have run out of memory."
)
DISK_IS_FULL = Message("disk-is-full", "The disk is full.")
GO_ON_WITH_IT = Message("go-on-with-it", "Go on with it: nothing that was finished is lost.")
TRAINING_RUNS = Message("training-runs", "Another training is running.")
WAIT_OR_STOP_IT = Message("wait-or-stop-it", "Wait until it has ended, or stop it.")

# Data and results that the window itself reads and writes
SEARCH_CANCELLED = Message("search-cancelled", "The search for images was cancelled.")
