"""What is installed here and under which licences: for `cxrview doctor`, the About dialog and reports."""

import importlib.metadata
import platform
import re
from collections.abc import Iterator
from typing import NamedTuple

from cxrview import __version__, bundle, paths
from cxrview.bundle.card import CLASSIFIER, SEGMENTER
from cxrview.i18n import tr
from cxrview.imaging.dicom.codecs import codecs

PACKAGES = (
    "PySide6-Essentials",
    "pydicom",
    "python-gdcm",
    "pylibjpeg-openjpeg",
    "opencv-python-headless",
    "numpy",
    "openvino",
    "onnxruntime",
    "keras",
    "tensorflow",
)
NOTICES = "THIRD_PARTY_NOTICES.md"
LONGEST = 60  # letters of a licence's name; some packages put the whole text there
# Names as in SPDX, which say more than classifiers; other words say less.
NAMED = re.compile(r"[A-Za-z0-9.+-]+( (OR|AND|WITH) [A-Za-z0-9.+-]+)*")


class Package(NamedTuple):
    """A package that cxrview stands on, as its own metadata describe it."""

    name: str
    version: str
    licence: str


def headline() -> str:
    """Return which cxrview this is, on which Python and system."""
    words = tr("cxrview {version} on Python {python}, {system}")
    return words.format(version=__version__, python=platform.python_version(), system=platform.platform())


def version(package: str) -> str:
    """Return the version of `package`, or that it is not installed."""
    # TensorFlow has a second package, without GPU support, that serves as well.
    for name in (package, f"{package}-cpu"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return tr("not installed")


def lines() -> Iterator[str]:
    """Yield what is installed, line by line: packages, decoders, models. Engines are left to `doctor`."""
    yield headline()
    yield from (f"  {package:<24} {version(package)}" for package in PACKAGES)
    yield tr("DICOM decoders")
    for codec in codecs():
        if codec.used or codec.missing:
            wanted = tr("none; install one of: {names}").format(names="; ".join(codec.missing))
            found = ", ".join(codec.used) or wanted
            yield f"  {codec.name:<72} {found}"
    places = {"bundled": paths.bundled_models(), "own": paths.user_models()}
    yield tr("Models ({bundled} and {own})").format(**places)
    for kind in (CLASSIFIER, SEGMENTER):
        yield from (f"  {name:<24} {folder}" for name, folder in bundle.folders(kind).items())


def licences() -> list[Package]:
    """Return every package that cxrview needs and what those need, as far as it is installed, by name.

    Takes some 100 ms. A frozen application has the metadata of what is inside.
    """
    found: dict[str, Package] = {}
    waiting = ["cxrview"]
    while waiting:
        name = waiting.pop()
        try:
            metadata = importlib.metadata.metadata(name)
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # for another system, or an optional one
            continue
        key = _key(metadata["Name"])
        if key in found:
            continue
        found[key] = Package(metadata["Name"], metadata["Version"], _licence(metadata))
        waiting += [match[0] for need in needs if "extra ==" not in need and (match := _NAME.match(need))]
    found.pop("cxrview", None)
    return [found[key] for key in sorted(found)]


def notices() -> str:
    """Return the notices about other people's work, as Markdown; "" if the file did not come along."""
    for path in (paths.resources() / NOTICES, paths.PACKAGE.parent / NOTICES):
        if path.is_file():
            return path.read_text("utf-8")
    return ""


_NAME = re.compile(r"[A-Za-z0-9._-]+")


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(metadata: "importlib.metadata.PackageMetadata") -> str:
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    named = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    words = [line.split(" :: ")[-1] for line in named if line.count("::") > 1]
    text = metadata["License"].strip().partition("\n")[0] if "License" in metadata else ""
    if NAMED.fullmatch(text):
        return text
    return ", ".join(words) or (text if 0 < len(text) <= LONGEST else "see its own files")
