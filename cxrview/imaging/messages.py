"""Why a file holds no image that can be shown, and what to do about it."""

from cxrview.message import Message

# What is wrong
DOES_NOT_EXIST = Message("does-not-exist", "does not exist.")
NOT_PERMITTED = Message("not-permitted", "may not be read: permission denied.")
IS_A_FOLDER = Message("is-a-folder", "is a folder, not a file.")
NO_REGULAR_FILE = Message("no-regular-file", "is not a regular file.")
IS_EMPTY = Message("is-empty", "is empty.")
NO_IMAGE = Message("no-image", "is not an image.")
OTHER_KIND = Message("other-kind", "is {kind}, not an image that is read.")
NO_MEMORY = Message("no-memory", "does not fit into memory.")
OUR_FAULT = Message("our-fault", "met a fault in cxrview ({error}).")
TAKES_TOO_LONG = Message("takes-too-long", "takes too long to decode.")
ENDS_THE_DECODER = Message("ends-the-decoder", "brings the decoder down ({how}).")
NOT_TRIED_AGAIN = Message("not-tried-again", "has failed twice and is not tried again: it {how}")
NO_DECODER_STARTS = Message(
    "no-decoder-starts", "cannot be decoded: the process that decodes does not start ({reason})."
)

FILE_TOO_LARGE = Message("file-too-large", "has {size:.1f} GiB; files up to {limit} GiB are read.")
IMPOSSIBLE_SIZE = Message(
    "impossible-size", "has an impossible size: {columns} × {rows} pixels, {frames} frames."
)
IMAGE_TOO_LARGE = Message("image-too-large", "has {columns} × {rows} pixels; up to {limit} million are read.")
TOO_MANY_FRAMES = Message(
    "too-many-frames",
    "has {frames} frames of {columns} × {rows} pixels ({size:.1f} GiB), which is too many.",
)
TOO_MANY_PAGES = Message("too-many-pages", "has {pages} pages of {size:.1f} GiB together, which is too many.")
TOO_MANY_PIXELS = Message("too-many-pixels", "has too many pixels.")
NO_FINITE_PIXEL = Message("no-finite-pixel", "holds no finite pixel value.")

ELEMENTS_DAMAGED = Message("elements-damaged", "is damaged: its DICOM elements cannot be read.")
PIXELS_DAMAGED = Message(
    "pixels-damaged", "has pixel data that cannot be decoded ({syntax}); it is damaged or cut short."
)
PIXELS_CUT_SHORT = Message(
    "pixels-cut-short", "is cut short: a part of its pixel data is missing ({syntax})."
)
FRAMES_MISSING = Message("frames-missing", "is cut short: it announces {frames} frames and holds {count}.")
INCOMPLETE = Message("incomplete", "is cut short: the end of the picture is missing.")
STREAM_OF_ANOTHER_SIZE = Message(
    "stream-of-another-size",
    "says {columns} × {rows} pixels, and its compressed picture has {stream_columns} × {stream_rows}.",
)
PROCESS_UNKNOWN = Message(
    "process-unknown", "is coded as {process}, with {bits} bits a sample, which cannot be decoded."
)
DICOM_DAMAGED = Message("dicom-damaged", "is a DICOM file that is damaged or cut short.")
RASTER_DAMAGED = Message("raster-damaged", "is damaged or cut short.")
PALETTE_MALFORMED = Message("palette-malformed", "has a malformed colour palette.")
INFLATES_TOO_FAR = Message("inflates-too-far", "grows beyond the limit when it is inflated.")
TOO_MANY_ITEMS = Message("too-many-items", "holds more than {limit} items in sequences.")
SYNTAX_UNKNOWN = Message("syntax-unknown", "is compressed with {syntax}, which cannot be decoded.")
UNKNOWN_METHOD = Message("unknown-method", "a method that is not known ({uid})")
DECODER_MISSING = Message("decoder-missing", "is compressed with {syntax}, and its decoder is not installed.")
NO_ROWS = Message("no-rows", "does not say how many rows and columns it has.")
NO_BITS = Message("no-bits", "does not say how many bits a pixel has.")
NO_SYNTAX = Message("no-syntax", "does not say how its pixels are compressed (Transfer Syntax UID).")
BITS_PACKED = Message("bits-packed", "allocates {bits} bits for a sample; 1, 8, 16, 32 and 64 are read.")
SAMPLES_UNKNOWN = Message("samples-unknown", "has {count} samples a pixel; 1 and 3 are read.")
BITS_IMPOSSIBLE = Message("bits-impossible", "says that {stored} of {allocated} bits are used.")
FRAMES_MALFORMED = Message("frames-malformed", "has a malformed number of frames.")
HOLDS_NO_IMAGE = Message("holds-no-image", "is {kind} and holds no image.")
HOLDS_NO_PIXELS = Message("holds-no-pixels", "is {kind} and holds no pixel data.")
DICOM_ENCRYPTED = Message("dicom-encrypted", "is an encrypted DICOM file.")
PIXELS_ELSEWHERE = Message("pixels-elsewhere", "refers to pixel data on a server and holds none.")
PHOTOMETRIC_UNKNOWN = Message(
    "photometric-unknown", "uses the colour model {photometric}, which cannot be shown."
)
GREY_OF_SEVERAL_SAMPLES = Message(
    "grey-of-several-samples", "is called grey and has several samples a pixel."
)
OTHER_PIXELS = Message("other-pixels", "is called {photometric} and has pixels of another kind.")
SAMPLES_TOO_MANY = Message("samples-too-many", "has {samples} samples a pixel, which is not read.")
SAMPLES_DIFFER = Message("samples-differ", "has samples of several depths or kinds, which is not read.")
SAMPLES_COMPLEX = Message("samples-complex", "has complex numbers for pixels, which are not read.")
DEPTH_UNKNOWN = Message(
    "depth-unknown", "has samples of {bits} bits ({kind}), which are not read in this form."
)
COLOUR_TOO_DEEP = Message("colour-too-deep", "has colours of {bits} bits a sample; up to 16 are read.")
PREDICTOR_UNKNOWN = Message(
    "predictor-unknown", "is compressed with a predictor (no. {number}) that does not go with its samples."
)
SEGMENTS_TOO_MANY = Message("segments-too-many", "is cut into {count} strips or tiles, which is too many.")
SCANS_TOO_MANY = Message("scans-too-many", "comes in {count} passes, which is too many for its size.")
COLOUR_MODEL_UNKNOWN = Message("colour-model-unknown", "uses the colour model {mode}.")

DIRECTORY_DAMAGED = Message("directory-damaged", "is damaged: its directory records cannot be read.")
LISTS_NO_IMAGES = Message("lists-no-images", "lists no images.")
NAMES_FILE_OUTSIDE = Message("names-file-outside", "names a file outside of its own folder ({name}).")

ARCHIVE_LOCKED = Message("archive-locked", "is a ZIP archive protected by a password.")
ARCHIVE_DAMAGED = Message("archive-damaged", "is a ZIP archive that is damaged or cut short.")
ARCHIVE_OF_TOO_MANY = Message(
    "archive-of-too-many", "holds {count} files; archives of up to {limit} are opened."
)
ARCHIVE_HOLDS_LINK = Message("archive-holds-link", "holds a link ({name}) in place of a file.")
ARCHIVE_METHOD_UNKNOWN = Message("archive-method-unknown", "is packed by a method that is not known here.")
ARCHIVE_LEADS_OUTSIDE = Message(
    "archive-leads-outside", "holds a file that would go outside of its folder ({name})."
)
ARCHIVE_TOO_LARGE = Message("archive-too-large", "would unpack to {size:.1f} GiB, which is too much.")
NO_ROOM_TO_UNPACK = Message(
    "no-room-to-unpack",
    "needs {size:.1f} GiB of room to be unpacked, and the disk has {free:.1f} GiB.",
)
FILES_PASSED_OVER = Message(
    "files-passed-over",
    "holds {count} file that is damaged or too large and was passed over.",
    "holds {count} files that are damaged or too large and were passed over.",
)

NO_IMAGES_PASSED_OVER = Message(
    "no-images-passed-over",
    "{count} file that is no image was passed over ({kinds}).",
    "{count} files that are no images were passed over ({kinds}).",
)
MASKS_PASSED_OVER = Message(
    "masks-passed-over",
    "{count} folder of masks was passed over ({name}).",
    "{count} folders of masks were passed over, such as {name}.",
)

# What to do
CHECK_THE_PATH = Message("check-the-path", "Check the path.")
ASK_FOR_ACCESS = Message("ask-for-access", "Ask for access to it.")
COPY_AGAIN = Message("copy-again", "Copy it again.")
COPY_OR_MAKE_AGAIN = Message("copy-or-make-again", "Copy or make it again.")
COPY_OR_EXPORT_AGAIN = Message("copy-or-export-again", "Copy or export it again.")
GIVE_THE_FILES = Message("give-the-files", "Give the files in it.")
KINDS_THAT_ARE_READ = Message("kinds-that-are-read", "DICOM, {formats} and {last} are read.")
DECRYPT_FIRST = Message("decrypt-first", "Decrypt it first.")
UNPACK_FIRST = Message("unpack-first", "Unpack it first.")
UNPACK_ELSEWHERE = Message("unpack-elsewhere", "Unpack it with another program and open the folder.")
EXPORT_SMALLER = Message("export-smaller", "Export a smaller version of the image.")
EXPORT_SMALLER_ONE = Message("export-smaller-one", "Export a smaller version of it.")
EXPORT_FRAMES = Message("export-frames", "Export single frames instead.")
EXPORT_PAGES = Message("export-pages", "Export single pages instead.")
PROBABLY_DAMAGED = Message("probably-damaged", "The file is probably damaged; export it again.")
EXPORT_AGAIN = Message("export-again", "Export it again.")
EXPORT_FROM_ARCHIVE = Message("export-from-archive", "Export it again from the archive.")
EXPORT_UNCOMPRESSED = Message("export-uncompressed", "Export it without compression.")
EXPORT_UNENCRYPTED = Message("export-unencrypted", "Export it without encryption.")
EXPORT_WITH_PIXELS = Message("export-with-pixels", "Export it with its pixels.")
EXPORT_AS_RGB = Message("export-as-rgb", "Export it as RGB.")
SAVE_AS_GREY_OR_RGB = Message("save-as-grey-or-rgb", "Save it as grey or RGB.")
SAVE_UNCOMPRESSED = Message("save-uncompressed", "Save it without compression.")
SAVE_NOT_PROGRESSIVE = Message("save-not-progressive", "Save it as a JPEG that is not progressive.")
EXPORT_AS_JPEG = Message("export-as-jpeg", "Export it as JPEG.")
EXPORT_AS_PNG = Message("export-as-png", "Export it as PNG.")
RUN_DOCTOR = Message("run-doctor", "Run “cxrview doctor”.")
OPEN_AN_IMAGE = Message("open-an-image", "Open an image of the study instead.")
OPEN_THE_FOLDER = Message("open-the-folder", "Open the folder instead.")
DO_NOT_TRUST = Message("do-not-trust", "Do not trust this archive.")
DO_NOT_TRUST_OR_UNPACK_PARTS = Message(
    "do-not-trust-or-unpack-parts", "Do not trust this archive, or unpack it in parts."
)
MAKE_WITH_FILES = Message("make-with-files", "Make the archive again, with the files.")
PLEASE_REPORT = Message("please-report", "Please report it.")

# What a file is that is no image
PDF = Message("pdf", "a PDF document")
ZIP = Message("zip", "a ZIP archive")
LOCKED_ZIP = Message("locked-zip", "a ZIP archive protected by a password")
GZIP = Message("gzip", "a gzip archive")
SEVEN_ZIP = Message("seven-zip", "a 7z archive")
RAR = Message("rar", "a RAR archive")
BZIP2 = Message("bzip2", "a bzip2 archive")
XZ = Message("xz", "an xz archive")
GIF = Message("gif", "a GIF image")
RIFF = Message("riff", "a RIFF file (WebP, sound or video)")
HEIC = Message("heic", "a HEIC picture")
AVIF = Message("avif", "an AVIF picture")
JPEG_XL = Message("jpeg-xl", "a JPEG XL picture")
PHOTOSHOP = Message("photoshop", "a Photoshop document")
JPEG_2000 = Message("jpeg-2000", "a JPEG 2000 file outside DICOM")
HDF5 = Message("hdf5", "an HDF5 file")
WEB_PAGE = Message("web-page", "a web page")
XML = Message("xml", "an XML file")
CMS = Message("cms", "an encrypted file (CMS)")
NIFTI = Message("nifti", "a NIfTI volume")
DICOM_DIRECTORY = Message("dicom-directory", "a DICOM directory")
DICOM_REPORT = Message("dicom-report", "a DICOM structured report")
DICOM_STRUCTURES = Message("dicom-structures", "a DICOM radiotherapy structure set")
DICOM_PLAN = Message("dicom-plan", "a DICOM radiotherapy plan")
DICOM_ION_PLAN = Message("dicom-ion-plan", "a DICOM radiotherapy ion plan")
DICOM_WAVEFORM = Message("dicom-waveform", "a DICOM waveform")
DICOM_PRESENTATION = Message("dicom-presentation", "a DICOM presentation state")
DICOM_DOCUMENT = Message("dicom-document", "an encapsulated document in DICOM")
DICOM_PALETTE = Message("dicom-palette", "a DICOM colour palette")
DICOM_OF_CLASS = Message("dicom-of-class", "a DICOM file of the class {name}")
DICOM_FILE = Message("dicom-file", "a DICOM file")

# What the samples of a picture are
WHOLE_NUMBERS = Message("whole-numbers", "whole numbers")
SIGNED_NUMBERS = Message("signed-numbers", "signed numbers")
FLOATING_POINT = Message("floating-point", "floating point")

UNKNOWN = Message("unknown", "unknown")
