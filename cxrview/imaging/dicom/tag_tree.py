"""A header as a tree of its elements: plain values, which are sent from process to process."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Tag:
    """A data element, an item of a sequence, or a fact about a file that has no elements.

    `tag` is "(0028,0010)" and empty for what is no element; `value` is one line for the eye, `copied` the
    whole value as text. `creator` is the private creator whose element it is. `digest` is the same for
    equal values.
    """

    tag: str
    name: str
    keyword: str = ""
    vr: str = ""
    vm: int = 0
    value: str = ""
    copied: str = ""
    creator: str = ""
    private: bool = False
    damaged: bool = False
    digest: bytes = b""
    children: tuple["Tag", ...] = ()
    key: tuple[object, ...] = field(default=(), repr=False)  # finds the same element in another file


@dataclass(frozen=True, slots=True)
class TagListing:
    """What is known about a file. `elements` are DICOM's, unless `is_dicom` is false."""

    path: Path
    format: str
    is_dicom: bool
    elements: tuple[Tag, ...]
