"""Tell what a file is from its first bytes, whatever its name."""

import struct

from pydicom.valuerep import VR

from cxrview.imaging import messages
from cxrview.imaging.raster.formats import FORMATS
from cxrview.message import NOTHING, Message

HEAD = 512  # bytes that are enough to tell
OTHER_SIGNATURES = {
    b"%PDF": messages.PDF,
    b"PK\x03\x04": messages.ZIP,
    b"\x1f\x8b": messages.GZIP,
    b"7z\xbc\xaf\x27\x1c": messages.SEVEN_ZIP,
    b"Rar!": messages.RAR,
    b"BZh": messages.BZIP2,
    b"\xfd7zXZ": messages.XZ,
    b"GIF8": messages.GIF,
    b"RIFF": messages.RIFF,
    b"\x00\x00\x00\x0cjP  ": messages.JPEG_2000,
    b"\xff\x4f\xff\x51": messages.JPEG_2000,
    b"\x00\x00\x00\x0cJXL ": messages.JPEG_XL,
    b"\xff\x0a": messages.JPEG_XL,
    b"8BPS": messages.PHOTOSHOP,
    b"\x89HDF": messages.HDF5,
    b"<!DOCTYPE": messages.WEB_PAGE,
    b"<html": messages.WEB_PAGE,
    b"<?xml": messages.XML,
}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}  # which are read, unless Pillow was built without
CMS_ENVELOPED = bytes.fromhex("06092a864886f70d0107")  # object identifier of PKCS #7 / CMS (PS3.15)
FIRST_GROUPS = (0x0002, 0x0004, 0x0008)
_VRS = {vr.value.encode() for vr in VR if len(vr.value) == 2}


def raster_kind(head: bytes) -> str:
    """Return the name of the picture format, one of `raster.formats`, or "" for anything else."""
    return next((entry.name for entry in FORMATS if entry.begins(head)), "")


def is_dicom(head: bytes) -> bool:
    """Return whether the file is DICOM with preamble."""
    return head[128:132] == b"DICM"


def looks_like_dicom_elements(head: bytes, size: int) -> bool:
    """Return whether a file of `size` bytes begins with a DICOM element, with no preamble before it.

    True for an element of group 2, 4 or 8 with a known VR, or, without VR, with a length that fits.
    """
    if len(head) < 8:
        return False
    for order in "<>":
        group, element = struct.unpack(order + "HH", head[:4])
        if group not in FIRST_GROUPS or element > 0x2000:
            continue
        if head[4:6] in _VRS:
            return True
        (length,) = struct.unpack(order + "I", head[4:8])
        if length <= size - 8 and length % 2 == 0:
            return True
    return False


def second_element_follows(head: bytes) -> bool:
    """Return whether the first element of bare DICOM, as `looks_like_dicom_elements` knows it, is not alone.

    An explicit VR is sure; without one the next tag must come later, and in a group that comes so early.
    """
    for order in "<>":
        group, element, length = struct.unpack(order + "HHI", head[:8])
        if group not in FIRST_GROUPS or element > 0x2000:
            continue
        if head[4:6] in _VRS:
            return True
        second = head[8 + length : 12 + length]
        if len(second) == 4 and (group, element) < struct.unpack(order + "HH", second) < (0x0011, 0):
            return True
    return False


def other_kind(head: bytes) -> Message:
    """Return what a file that is no image is, with its article, or nothing if that is not known."""
    if CMS_ENVELOPED in head[:64] and head[:1] == b"\x30":
        return messages.CMS
    if head.startswith(b"PK\x03\x04") and len(head) > 8 and head[6] & 1:
        return messages.LOCKED_ZIP
    if head[344:348] in (b"n+1\x00", b"ni1\x00"):
        return messages.NIFTI
    if heif := _heif(head):
        return heif
    return next((kind for start, kind in OTHER_SIGNATURES.items() if head.startswith(start)), NOTHING)


def _heif(head: bytes) -> Message:
    """Return which picture an ISO base media file says that it is (ISO/IEC 23008-12 annex B), or nothing."""
    if head[4:8] != b"ftyp":
        return NOTHING
    end = min(int.from_bytes(head[:4], "big"), len(head))  # the box may say that it has gigabytes
    brands = {head[place : place + 4] for place in (8, *range(16, end, 4))}
    if brands & AVIF_BRANDS:
        return messages.AVIF
    return messages.HEIC if brands & HEIC_BRANDS else NOTHING
