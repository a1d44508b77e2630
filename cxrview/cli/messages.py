"""Why a command cannot do what it is asked for."""

from cxrview.message import Message

NO_STANDARD_OUTPUT = Message("no-standard-output", "There is no standard output to write to.")
NAME_A_FILE = Message("name-a-file", "Name a file with --out.")
NOT_A_PICTURE = Message("not-a-picture", "The picture cannot be written as “{name}”.")
CHOOSE_PNG = Message("choose-png", "Choose .png.")
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

# On Spark, and images prepared
NEEDS_EXECUTOR = Message("needs-executor", "{what} needs --executor spark.")
NOT_ON_SPARK = Message("not-on-spark", "{option} does not go with --executor spark.")
SPARK_WRITES_PARQUET = Message("spark-writes-parquet", "Spark writes to an --out that ends in .parquet.")
NO_ARCHIVES_ON_CLUSTER = Message(
    "no-archives-on-cluster", "{place} is an archive, of which a cluster sees nothing: unpack it."
)
WRITES_PARQUET = Message("writes-parquet", "Prepared images go to an --out that ends in .parquet.")
STAYS_EMPTY = Message("stays-empty", "The column {column} stays empty.")
NO_FOLDER = Message("no-folder", "{place} is no folder of parts.")
NAME_ANOTHER_OUT = Message("name-another-out", "Name another --out.")
