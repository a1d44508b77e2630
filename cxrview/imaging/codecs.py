"""Which DICOM transfer syntaxes can be read here, by the decoders that are really installed."""

from dataclasses import dataclass

from pydicom.pixels import get_decoder
from pydicom.uid import AllTransferSyntaxes

from cxrview.imaging.decoding import register_decoders


@dataclass(frozen=True, slots=True)
class Codec:
    """A transfer syntax and the decoders for it, in no order of preference; none means it is refused."""

    name: str
    uid: str
    decoders: tuple[str, ...]
    missing: tuple[str, ...]  # what could be installed, in pydicom's words


def codecs() -> list[Codec]:
    """Return every transfer syntax of the standard that pydicom knows, in the order of their UIDs."""
    register_decoders()
    return [_codec(uid) for uid in sorted(AllTransferSyntaxes, key=_numbers)]


def _codec(uid: str) -> Codec:
    name = next(syntax.name for syntax in AllTransferSyntaxes if syntax == uid)
    try:
        decoder = get_decoder(uid)
    except NotImplementedError:
        return Codec(name, str(uid), (), ())
    if decoder.is_native:
        return Codec(name, str(uid), ("pydicom",), ())
    return Codec(name, str(uid), tuple(decoder.available_plugins), tuple(decoder.missing_dependencies))


def _numbers(uid: str) -> list[int]:
    return [int(part) for part in uid.split(".")]
