"""Why results cannot be written, or a table of results be gone on with."""

from cxrview.message import Message

OTHER_COLUMNS = Message("other-columns", "was written with another model or version: its columns differ.")
ROWS_DAMAGED = Message("rows-damaged", "is damaged after its row {row}.")
OTHER_MODEL = Message("other-model", "was written with {written}, and this is {current}.")
OTHER_OUTPUT = Message("other-output", "Choose another output file, or leave out --resume.")
REPAIR_BY_HAND = Message("repair-by-hand", "Repair it by hand. {otherwise}")
NO_FORMAT_OF_RESULTS = Message("no-format-of-results", "Results cannot be written as “{name}”.")
FORMATS_OF_RESULTS = Message("formats-of-results", "Choose {one} or {other}.")
STANDARD_OUTPUT = Message("standard-output", "The standard output")
TAKEN_AWAY = Message("taken-away", "{place} was deleted, replaced or shortened while it was written.")
SCORE_AGAIN = Message("score-again", "Score again, with --resume if some of it is left.")
AMONG_IMAGES = Message("among-images", "The heatmaps would lie among the images to read, in {place}.")
CHOOSE_OUTSIDE = Message("choose-outside", "Choose a folder outside.")
CANNOT_BE_MADE = Message("cannot-be-made", "{place} cannot be made: {reason}.")
CANNOT_BE_ENCODED = Message("cannot-be-encoded", "{place} cannot be written: the picture cannot be encoded.")

# Prepared images, and Spark
PART_UNREADABLE = Message("part-unreadable", "cannot be gone on with: {part} cannot be read.")
OTHER_SHAPE = Message("other-shape", "The table has images of another size, colour or layout.")
SAME_SHAPE = Message("same-shape", "Go on with the same options, or choose another --out.")
NEEDS_SPARK = Message("needs-spark", "Spark is not there.")
INSTALL_SPARK = Message("install-spark", "Install it, and Java 17 or later: {command}")
SPARK_DOES_NOT_START = Message("spark-does-not-start", "Spark does not start: {reason}.")
CHECK_JAVA = Message("check-java", "It needs Java 17 or later, and the master that --master names.")
SPARK_FAILED = Message("spark-failed", "Spark has given up: {reason}.")
SPARK_GO_ON = Message("spark-go-on", "What it has written stands; --resume goes on with it.")
ON_SPARK = Message("on-spark", "{count} file on Spark", "{count} files on Spark")
NO_IMAGES_ON_CLUSTER = Message("no-images-on-cluster", "There are no images in {place}.")
NOT_DELIVERED = Message("not-delivered", "was not read by Spark: it is missing, or may not be read.")
SEE_SPARK_LOG = Message("see-spark-log", "See the log of Spark.")
NAME_SPARK_PASSES_OVER = Message(
    "name-spark-passes-over", "is passed over by Spark: its name begins with “_” or “.”, or is no Unicode."
)
