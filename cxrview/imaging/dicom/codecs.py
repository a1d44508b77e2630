"""Which DICOM transfer syntaxes can be read here, by the decoders that are really installed."""

from dataclasses import dataclass

from pydicom.pixels import get_decoder
from pydicom.uid import UID, AllTransferSyntaxes

from cxrview.imaging.dicom.decoding import used_plugins


@dataclass(frozen=True, slots=True)
class Codec:
    """A transfer syntax and the decoders for it; one with none in use is refused.

    JPEG Extended has two in use, for 8 and for 12 bits.
    """

    name: str
    uid: str
    used: tuple[str, ...]
    idle: tuple[str, ...] = ()  # installed too
    missing: tuple[str, ...] = ()  # what could be installed, in pydicom's words


def codecs() -> list[Codec]:
    """Return every transfer syntax of the standard that pydicom knows, in the order of their UIDs."""
    return [_codec(uid) for uid in sorted(AllTransferSyntaxes, key=_numbers)]


def _codec(uid: str) -> Codec:
    name = next(syntax.name for syntax in AllTransferSyntaxes if syntax == uid)
    try:
        decoder = get_decoder(uid)
    except NotImplementedError:
        return Codec(name, str(uid), ())
    if decoder.is_native:
        return Codec(name, str(uid), ("pydicom",))
    available = tuple(sorted(decoder.available_plugins))
    used = tuple(plugin for plugin in used_plugins(UID(uid)) if plugin in available)
    idle = tuple(plugin for plugin in available if plugin not in used)
    return Codec(name, str(uid), used, idle, tuple(decoder.missing_dependencies))


def _numbers(uid: str) -> list[int]:
    return [int(part) for part in uid.split(".")]
