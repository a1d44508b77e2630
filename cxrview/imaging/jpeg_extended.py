"""A pydicom decoder plug-in for 12-bit JPEG Extended through GDCM, which pydicom's own plug-in refuses.

pydicom looks for `DECODER_DEPENDENCIES` and `is_available` in the module of a plug-in.
"""

import gdcm
from pydicom.pixels.decoders.base import DecodeRunner
from pydicom.uid import UID, JPEGExtended12Bit

LABEL = "gdcm-12bit"
DECODER_DEPENDENCIES = {JPEGExtended12Bit: ("gdcm>=3.0.10",)}


def is_available(uid: UID) -> bool:
    """Return whether this plug-in decodes the transfer syntax `uid`."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(source: bytes, runner: DecodeRunner) -> bytes:
    """Return the pixels of the JPEG stream `source`, 16 bits each, in the machine's byte order.

    Raises NotImplementedError for 8-bit streams (others decode them) and ValueError on damage.
    """
    if runner.bits_stored <= 8 or runner.bits_allocated != 16:
        raise NotImplementedError("only samples of 9 to 12 bits in 16 are decoded here")
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(source)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())

    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((runner.columns, runner.rows, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType(str(runner.photometric_interpretation))
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    syntax = gdcm.TransferSyntax.GetTSType(str(JPEGExtended12Bit))
    image.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    bits = runner.bits_stored
    image.SetPixelFormat(gdcm.PixelFormat(runner.samples_per_pixel, 16, bits, bits - 1, 0))
    frame: bytes = image.GetBuffer().encode("utf-8", "surrogateescape")  # GDCM hands bytes out as str
    expected = runner.rows * runner.columns * runner.samples_per_pixel * 2
    if len(frame) != expected:
        raise ValueError(f"GDCM decoded {len(frame)} bytes where {expected} belong")
    return frame
