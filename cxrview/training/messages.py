"""The sentences of a training, a search and the search's memory: each stands here and nowhere else.

Those about the images are in `data_messages`, those about what a model is worth in `evaluation_messages`.
"""

from cxrview import messages as shared
from cxrview.datasets import messages
from cxrview.message import Message

# How a run begins, goes on and ends
RUN_FINISHED = Message("run-finished", "The run in {folder} is finished already.")
SEARCH_FINISHED = Message("search-finished", "The search in {folder} is finished already.")
RUN_HERE = Message("run-here", "{folder} holds a training run already.")
SEARCH_HERE = Message("search-here", "{folder} holds a search already.")
RESUME_OR_OTHER_FOLDER = Message(
    "resume-or-other-folder",
    "Add --resume to go on with it, or choose another folder.",
    in_window="Resume it, or choose another folder.",
)
OTHER_FILES_HERE = Message("other-files-here", "{folder} holds other files ({files}).")
CHOOSE_EMPTY_FOLDER = Message(
    "choose-empty-folder", "Choose an empty folder with --out.", in_window="Choose an empty folder."
)
RUN_AMONG_IMAGES = Message("run-among-images", "{folder} lies among the images in {data}.")
CHOOSE_FOLDER_ELSEWHERE = Message(
    "choose-folder-elsewhere",
    "Choose a folder elsewhere with --out.",
    in_window="Choose a folder elsewhere.",
)
RUN_DIFFERS = Message("run-differs", "The run in {folder} was begun with other settings: {entries} differ.")
SEARCH_DIFFERS = Message(
    "search-differs", "The search in {folder} was begun with other settings: {entries} differ."
)
RESUME_SAME = Message("resume-same", "Resume with what it began with, or start anew.")
NOTHING_TO_RESUME = Message("nothing-to-resume", "There is nothing in {folder} to go on with.")
CHECK_OUT = Message(
    "check-out", "Check --out, or begin with --data.", in_window="Check the folder, or begin anew."
)
NO_DATA = Message("no-data", "There are no images to learn from.")
NAME_DATA = Message(
    "name-data",
    "Name a folder or a table with --data.",
    in_window="Choose a folder or a table in the first step.",
)
NOTHING_TO_CHECK = Message("nothing-to-check", "There is nothing to check in a run that has begun.")
CHECK_APART = Message("check-apart", "Check in a folder of its own, or go on with --resume alone.")
FINISH_NEEDS_RUN = Message("finish-needs-run", "--finish ends a run that has begun.")
ADD_RESUME = Message("add-resume", "Add --resume.")
NOTHING_TO_FINISH = Message("nothing-to-finish", "No epoch is done, so there is nothing to finish.")
GO_ON = Message("go-on", "Go on with the training.")
IMAGES_DIFFER = Message("images-differ", "The images are not those that {folder} was begun with: {change}.")
IMAGES_CHANGED = Message("images-changed", "{count} are new, gone, or elsewhere in the split")
ORDER_CHANGED = Message("order-changed", "their order has changed")
PUT_IMAGES_BACK = Message("put-images-back", "Put them back as they were, or start anew in another folder.")

# What the system refuses
DISK_FULL = Message("disk-full", "The disk is full: {folder} cannot be written.")
MAKE_ROOM_AND_GO_ON = Message(
    "make-room-and-go-on",
    "Make room. Start again with --resume: nothing that was finished is lost.",
    in_window="Make room, then resume: nothing that was finished is lost.",
)
MAKE_ROOM_FOR_EPOCH = Message(
    "make-room-for-epoch",
    "Make room and start again with --resume; nothing but this epoch is lost.",
    in_window="Make room, then resume: nothing but this epoch is lost.",
)
START_AGAIN = Message(
    "start-again",
    "Start again with --resume: nothing that was finished is lost.",
    in_window="Then resume: nothing that was finished is lost.",
)
PLACE_UNUSABLE = Message("place-unusable", "{place} cannot be used: {reason}.")
OUT_OF_MEMORY = Message("out-of-memory", "There is not enough memory.")
TRAIN_WITH_SMALLER_BATCH = Message(
    "train-with-smaller-batch",
    "Close other programs, or train anew with a smaller batch, such as --batch-size {size}.",
    in_window="Close other programs, or train anew with a smaller batch, such as {size}.",
)
NO_MEMORY_FOR_BATCH = Message("no-memory-for-batch", "There is not enough memory for a batch of {size}.")
SET_BATCH_SIZE = Message("set-batch-size", "Set the batch size to {size}.")
CHOOSE_SMALLER_NETWORK = Message(
    "choose-smaller-network", "Choose a smaller input or a smaller architecture."
)
NO_KERAS = Message("no-keras", "Training needs Keras and TensorFlow, which are not here.")
INSTALL_KERAS = Message("install-keras", "Install them: pip install keras tensorflow.")
NO_OPTUNA = Message("no-optuna", "A search needs Optuna, which is not here.")
INSTALL_OPTUNA = Message("install-optuna", "Install it: pip install optuna.")
NO_TENSORBOARD = Message(
    "no-tensorboard",
    "No TensorBoard logs are written: install it with pip install cxrview[tensorboard].",
)
NO_TENSORBOARD_WRITER = Message(
    "no-tensorboard-writer", "No TensorBoard logs are written: they need TensorFlow or PyTorch."
)

# What the training is made of: configuration, network, starting weights, name
WRONG_ENTRY = Message("wrong-entry", "holds {fault}.")
WRONG_CONFIGURATION = Message("wrong-configuration", "The configuration holds {fault}.")
NO_TOML = Message("no-toml", "cannot be read as TOML: {reason}.")
CHECK_FILE = Message("check-file", "Check the file.")
NO_PHASE = Message("no-phase", "no phase in “recipe.phases”")
POOLING_NEEDS_LUNGS = Message(
    "pooling-needs-lungs", "“lungs” at “model.pooling”, which goes with the frame “lungs” only"
)
LUNGS_PREPARE_PIXELS = Message(
    "lungs-prepare-pixels",
    "“{found}” at “model.preprocessing”, but the frame “lungs” has its own: leave it at “auto”",
)
NO_TEXT = Message("no-text", "no text at “{entry}”")
NO_SENTENCES = Message("no-sentences", "no list of sentences at “{entry}”")
NO_TABLES = Message("no-tables", "no list of tables at “{entry}”")
NO_TABLES_WITH = Message("no-tables-with", "no list of tables with {names} at “{entry}”")
CLASS_TWICE = Message("class-twice", "a class twice at “card.classes”")
SOLVER_LIMITS = Message(
    "solver-limits", "The optimiser “{name}” solves a head of one layer on kept features, in one epoch."
)
HELP_SOLVER = Message(
    "help-solver",
    "Set cache_features = true, no hidden layers, no pooling = flatten, and one phase of one epoch for the "
    "head; or choose another optimiser.",
)
NO_SUCH_ARCHITECTURE = Message("no-such-architecture", "There is no architecture “{name}”.")
KNOWN_ARCHITECTURES = Message("known-architectures", "Known: {names}.")
INPUT_TOO_SMALL = Message("input-too-small", "{title} needs at least {least} pixels a side, not {size}.")
OWN_INPUT_SIZE = Message("own-input-size", "Its own input size is {size}.")
CLASSES_OUT_OF_RANGE = Message(
    "classes-out-of-range", "A model tells 2 to {most} classes apart, not {count}."
)
MERGE_CLASSES = Message("merge-classes", "Merge classes.")
NO_IMAGENET_WEIGHTS = Message("no-imagenet-weights", "There are no ImageNet weights of {title}.")
START_FROM_NONE = Message("start-from-none", "Start it from none.")
IMAGENET_UNREACHABLE = Message(
    "imagenet-unreachable", "The ImageNet weights of {title} cannot be had: {reason}."
)
CONNECT_ONCE = Message(
    "connect-once",
    "Connect to the internet once, or give the file of the weights (notop.h5) to start from.",
)
OTHER_ARCHITECTURE = Message("other-architecture", "is a {found}, and the model to train is a {wanted}.")
CHOOSE_ITS_ARCHITECTURE = Message("choose-its-architecture", "Choose its architecture, or another start.")
NO_WEIGHTS = Message("no-weights", "holds no weights that a training can start from.")
WEIGHTS_OF_DENSENET = Message("weights-of-densenet", "holds weights of DenseNet121, not of {title}.")
START_MISSING = Message("start-missing", "is not there, so no training can start from it.")
NO_KERAS_TO_START = Message("no-keras-to-start", "holds no model.keras, so no training can start from it.")
KINDS_OF_START = Message(
    "kinds-of-start",
    "Give a .keras file, an .h5 file of weights, an .npz archive, or a model's folder or name.",
)
NO_HDF5 = Message("no-hdf5", "cannot be read as HDF5: {reason}.")
MISFIT = Message("misfit", "does not fit {network}: {reason}.")
CHOOSE_SAME_ARCHITECTURE = Message("choose-same-architecture", "Choose the weights of the same architecture.")
TOO_FEW_LAYERS = Message("too-few-layers", "it has {found} layers with weights, and {needed} are needed")
LAYER_MISSING = Message("layer-missing", "it has no {layer}")
OTHER_SHAPES = Message(
    "other-shapes", "the layer {layer} takes arrays of the shapes {wanted}, and it has {found}"
)
NOT_NUMBERS = Message("not-numbers", "the layer {layer} holds values that are not numbers")
NO_ARCHIVE = Message("no-archive", "is not a NumPy archive of weights.")
USE_CONVERTED_ARCHIVE = Message(
    "use-converted-archive", "Use the archive that packaging/convert_starting_weights.py makes."
)
OTHER_FEATURES = Message("other-features", "makes other features here than where it was converted.")
CHOOSE_OTHER_NAME = Message(
    "choose-other-name",
    "Choose another --name, or --no-register to keep this one apart.",
    in_window=shared.CHOOSE_ANOTHER_NAME.text,
)
NO_LAYERS_KNOWN = Message("no-layers-known", "has no Keras file, which alone knows the layers.")

# While it learns
GREY_HAS_NO_HUE = Message(
    "grey-has-no-hue", "Hue, saturation and greyscale change nothing, because the images are grey."
)
NO_KNOWN_CLASS = Message(
    "no-known-class", "There are no images of a known class to learn from or to judge by."
)
ADD_SOME = Message("add-some", "Add some.")
LEFT_OUT_OF_TRAINING = Message(
    "left-out-of-training", "{number} images of no known class are left out of the training."
)
NO_CLASS_TO_WATCH = Message("no-class-to-watch", "The class to watch, “{name}”, is none of the classes.")
CORRECT_WATCH_CLASS = Message("correct-watch-class", "Correct card.watch_class.")
NO_NORMAL_CLASS = Message("no-normal-class", "The class without disease, “{name}”, is none of the classes.")
CORRECT_NORMAL_CLASS = Message("correct-normal-class", "Correct recipe.normal_class.")
NOTHING_TO_CALIBRATE_ON = Message(
    "nothing-to-calibrate-on",
    "No validation image of the class “{name}” is of the sources to calibrate on: {sources}.",
)
CORRECT_CALIBRATE_ON = Message("correct-calibrate-on", "Correct recipe.calibrate_on.")
DIVERGED = Message("diverged", "The loss stopped being a number in epoch {epoch}.")
LOWER_LEARNING_RATE = Message(
    "lower-learning-rate", "Lower the learning rate, which was {rate}, and start anew."
)
NO_HISTORY = Message("no-history", "is not a readable training history.")
NO_CHECKPOINT = Message("no-checkpoint", "is not a readable checkpoint.")
OTHER_CHECKPOINT = Message("other-checkpoint", "belongs to another model or recipe.")
START_ANEW = Message(
    "start-anew",
    "Start anew in another folder, without --resume.",
    in_window="Start anew in another folder.",
)
NONE_READABLE = Message("none-readable", "None of the images looked at can be read.")
SEE_FIRST_STEP = Message("see-first-step", "See what the first step says of them.")

# When the model is made
ENGINE_DISAGREES = Message(
    "engine-disagrees", "gives other answers in {engine}: a probability differs by {difference}."
)
REPORT_LIBRARIES = Message("report-libraries", "Report this with the versions of the libraries.")
ENGINE_FAILS = Message("engine-fails", "{engine} cannot run the exported model: {reason}")
NO_ENGINE_RUNS = Message("no-engine-runs", "runs in no engine.")
ASK_DOCTOR = Message(
    "ask-doctor",
    "Run “cxrview doctor” to see what is missing here.",
)
NOT_LISTED = Message("not-listed", "The model is finished, but the app does not list it: {reason}")

# A search
CLOSE_AND_RESUME = Message(
    "close-and-resume",
    "Close the program that has it open, and start again with --resume.",
    in_window="Close the program that has it open, then resume.",
)
DATABASE_DAMAGED = Message("database-damaged", "is damaged, or no database of a search.")
MOVE_DATABASE = Message("move-database", "Move it away; the trials in it are lost.")
DATABASE_DISK_FULL = Message("database-disk-full", "cannot be written: the disk is full or fails.")
MAKE_ROOM_AND_RESUME = Message(
    "make-room-and-resume",
    "Make room, and start again with --resume.",
    in_window="Make room, then resume.",
)
DATABASE_READ_ONLY = Message("database-read-only", "cannot be opened for writing.")
DATABASE_OF_OTHER_OPTUNA = Message("database-of-other-optuna", "cannot be used by this version of Optuna.")
SEARCH_ANEW = Message("search-anew", "Search anew in another folder.")
ENDED_IN_TRIAL = Message("ended-in-trial", "The process ended {count} times in the middle of this trial.")
NO_F1 = Message("no-f1", "No epoch gave a macro F1 that is a number.")
NO_TRIAL_COMPLETE = Message("no-trial-complete", "None of {number} trials came to its end. The last: {last}")
NO_SUCH_AUGMENTATION = Message("no-such-augmentation", "“{name}” is no augmentation that a search knows.")
KNOWN_AUGMENTATIONS = Message("known-augmentations", "There are: {names}.")

# What is being done in a stage
LOADING_KERAS = Message("loading-keras", "loading Keras")
BUILDING_NETWORK = Message("building-network", "building the network")
LOADING_START = Message("loading-start", "loading the starting weights")
LOADING_IMAGENET = Message("loading-imagenet", "loading the ImageNet weights of {title}")
FEATURES_DONE = Message(
    "features-done",
    "{name}, {done} of {total} images",
    in_window="{side}: {done} of {total} images",
)
CHANGED_SIDE = Message("changed-side", "{side} (changed at random, {number})")
IMAGE_OF = Message("image-of", "image {number} of {total}")
EXPORTING = Message("exporting", "exporting to ONNX")
WRITING_KERAS = Message("writing-keras", "writing the Keras model")
COMPARING_ENGINES = Message("comparing-engines", "comparing the engines")
WRITTEN = Message("written", "written")
LOOKING = Message("looking", "looking")
LEARNING = Message("learning", "learning: {depth}")

FULL_DISK = frozenset({DISK_FULL.code, messages.NO_ROOM.code, DATABASE_DISK_FULL.code})  # codes
NO_FINISHED_RUN = Message("no-finished-run", "holds no finished run.")
LET_IT_FINISH = Message("let-it-finish", "Let the training finish first.")
REPORT_WITHOUT_FIGURES = Message("report-without-figures", "holds no figures.")
REPORT_DAMAGED = Message("report-damaged", "The report of this run is damaged.")
STEP_CHANGES_NOTHING = Message("step-changes-nothing", "A step of the training changes nothing.")
