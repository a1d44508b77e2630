"""A pydicom decoder plug-in for the JPEG processes that only GDCM decodes: lossless, and 12-bit extended.

pydicom's own GDCM plug-in refuses 12 bits, and GDCM ends the whole program when a stream does not match
what the dataset says of it (an uncaught C++ exception). So the stream's header is read first here.
pydicom looks for `DECODER_DEPENDENCIES` and `is_available` in the module of a plug-in.
"""

import gdcm
from pydicom.pixels.decoders.base import DecodeRunner
from pydicom.uid import UID, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1

from cxrview.imaging.dicom.codestream import read_header

LABEL = "gdcm-checked"
DECODER_DEPENDENCIES = {
    JPEGExtended12Bit: ("gdcm>=3.0.10",),
    JPEGLossless: ("gdcm>=3.0.10",),
    JPEGLosslessSV1: ("gdcm>=3.0.10",),
}


def is_available(uid: UID) -> bool:
    """Return whether this plug-in decodes the transfer syntax `uid`."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(source: bytes, runner: DecodeRunner) -> bytes:
    """Return the pixels of the JPEG stream `source`, 8 or 16 bits each, in the machine's byte order.

    Raises ValueError if the stream is damaged or does not match the dataset.
    """
    header = read_header(source)
    wanted = (runner.rows, runner.columns, runner.samples_per_pixel)
    if header[:3] != wanted or not runner.bits_stored <= header.precision <= 16:
        raise ValueError(f"the stream is {header}, and the dataset says {wanted}, {runner.bits_stored} bits")
    container = 8 if header.precision <= 8 else 16
    runner.set_option("bits_allocated", container)
    pixels: str | None = _image(source, runner, container).GetBuffer()
    if pixels is None:
        raise ValueError("GDCM cannot decode the stream")
    frame = pixels.encode("utf-8", "surrogateescape")  # GDCM hands bytes out as str
    expected = runner.rows * runner.columns * runner.samples_per_pixel * container // 8
    if len(frame) != expected:
        raise ValueError(f"GDCM decoded {len(frame)} bytes where {expected} belong")
    return frame


def _image(source: bytes, runner: DecodeRunner, container: int) -> "gdcm.Image":
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
    if runner.samples_per_pixel > 1:
        image.SetPlanarConfiguration(runner.planar_configuration)
    syntax = gdcm.TransferSyntax.GetTSType(str.__str__(runner.transfer_syntax))
    image.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    bits, signed = runner.bits_stored, runner.pixel_representation
    image.SetPixelFormat(gdcm.PixelFormat(runner.samples_per_pixel, container, bits, bits - 1, signed))
    return image
