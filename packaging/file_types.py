"""The kinds of files that systems may be told to open with cxrview: installers are made from this table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: its MIME type, its suffixes, and whether it is for readers such as this one alone."""

    title: str
    mime: str
    suffixes: tuple[str, ...]
    ours: bool = False


FILE_TYPES = (
    FileType("DICOM", "application/dicom", (".dcm", ".dicom"), ours=True),
    FileType("PNG", "image/png", (".png",)),
    FileType("JPEG", "image/jpeg", (".jpg", ".jpeg")),
    FileType("TIFF", "image/tiff", (".tif", ".tiff")),
    FileType("BMP", "image/bmp", (".bmp",)),
    FileType("WebP", "image/webp", (".webp",)),
    FileType("AVIF", "image/avif", (".avif",)),
)
