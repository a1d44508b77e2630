"""Why results cannot be written, or a table of results be gone on with."""

from cxrview.message import Message

OTHER_COLUMNS = Message("other-columns", "was written with another model or version: its columns differ.")
ROWS_DAMAGED = Message("rows-damaged", "is damaged after its row {row}.")
OTHER_MODEL = Message("other-model", "was written with {written}, and this is {current}.")
OTHER_OUTPUT = Message("other-output", "Choose another output file, or leave out --resume.")
REPAIR_BY_HAND = Message("repair-by-hand", "Repair it by hand. {otherwise}")
NO_FORMAT_OF_RESULTS = Message("no-format-of-results", "Results cannot be written as “{name}”.")
FORMATS_OF_RESULTS = Message("formats-of-results", "Choose one of: {names}.")
NEEDS_PYARROW = Message("needs-pyarrow", "Parquet needs the library pyarrow, which is not here.")
INSTALL_PYARROW = Message("install-pyarrow", "Install it: {command}, or choose .csv or .jsonl.")
PARTS_MISSING = Message("parts-missing", "lacks its part {part}.")
PART_DAMAGED = Message("part-damaged", "is damaged: its part {part} cannot be read.")
STANDARD_OUTPUT = Message("standard-output", "The standard output")
TAKEN_AWAY = Message("taken-away", "{place} was deleted, replaced or shortened while it was written.")
SCORE_AGAIN = Message("score-again", "Score again, with --resume if some of it is left.")
AMONG_IMAGES = Message("among-images", "The heatmaps would lie among the images to read, in {place}.")
CHOOSE_OUTSIDE = Message("choose-outside", "Choose a folder outside.")
CANNOT_BE_MADE = Message("cannot-be-made", "{place} cannot be made: {reason}.")
CANNOT_BE_ENCODED = Message("cannot-be-encoded", "{place} cannot be written: the picture cannot be encoded.")
PICTURES = Message("pictures", "drawing the films of the report")
