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
NEEDS_OUT = Message("needs-out", "{option} needs --out.")
NEEDS_PARQUET = Message("needs-parquet", "{option} needs an --out that ends in .parquet.")
NEEDS_REPORT = Message("needs-report", "{option} needs --report.")
IS_ONE_FILE = Message("is-one-file", "{place} is one file.")
ADD_SINGLE_FILE = Message("add-single-file", "Add --single-file to go on with it.")
MODEL_TWICE = Message("model-twice", "The model {name} is named twice.")
NAME_IT_ONCE = Message("name-it-once", "Name it once.")
NOT_EXCLUSIVE = Message(
    "not-exclusive", "The classes of {name} do not exclude each other, so none is called before the others."
)
LEAVE_OUT_THRESHOLD = Message("leave-out-threshold", "Leave out --threshold.")
NO_PATTERN_FITS = Message("no-pattern-fits", "No image fits --include and --exclude.")
DEID_NEEDS_KEY = Message("deid-needs-key", "Without it no pseudonym can be made.")
BEGUN_WITH_DEID = Message("begun-with-deid", "{place} was begun with --deid.")
ADD_DEID = Message("add-deid", "Add --deid, or choose another output file.")
BEGUN_WITHOUT_DEID = Message("begun-without-deid", "{place} was begun without --deid.")
LEAVE_OUT_DEID = Message("leave-out-deid", "Leave out --deid, or choose another output file.")
SAME_PIXELS = Message(
    "same-pixels",
    "{count} frame has the same pixels as another (column duplicate_of).",
    "{count} frames have the same pixels as others (column duplicate_of).",
)
KEY_LIES_IN = Message("key-lies-in", "Which name stands for which file is in {place}. Do not pass it on.")
REPORT_LIES_IN = Message("report-lies-in", "The report is in {place}.")
NEEDS_SELF_TEST = Message("needs-self-test", "{option} needs --self-test.")
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

# On Spark, and images prepared
NEEDS_EXECUTOR = Message("needs-executor", "{what} needs --executor spark.")
NOT_ON_SPARK = Message("not-on-spark", "{option} does not go with --executor spark.")
ONE_MODEL_ON_SPARK = Message("one-model-on-spark", "Spark reads with one --model at a time.")
NO_MANIFEST_ON_SPARK = Message("no-manifest-on-spark", "Spark writes no manifest beside the results.")
SPARK_WRITES_PARQUET = Message("spark-writes-parquet", "Spark writes to an --out that ends in .parquet.")
NO_ARCHIVES_ON_CLUSTER = Message(
    "no-archives-on-cluster", "{place} is an archive, of which a cluster sees nothing: unpack it."
)
WRITES_PARQUET = Message("writes-parquet", "Prepared images go to an --out that ends in .parquet.")
STAYS_EMPTY = Message("stays-empty", "The column {column} stays empty.")
NO_FOLDER = Message("no-folder", "{place} is no folder of parts.")
NAME_ANOTHER_OUT = Message("name-another-out", "Name another --out.")

# Reading sets
SET_SUFFIX = Message("set-suffix", "is no name of a reading set: it has to end in {suffix}.")
OVERWRITE_SET = Message("overwrite-set", "Name another --out, or add --overwrite.")
TOO_MANY_REPEATS = Message("too-many-repeats", "--repeats is at most {most}.")
COLLECTION_FOUND = Message("collection-found", "This is {name}, with {films} films. Mind its terms.")
TEXT_MASKED = Message(
    "text-masked", "Text was found and blacked out on {count} films ({films}): look at them once."
)
SET_MADE = Message("set-made", "{name}: {films} films.")
