"""What is inside the frozen program, as a bill of materials: CycloneDX 1.6, JSON.

It is read from the program itself: the metadata of packages that travel with it, the cards of its models, the
libraries that were taken from the system where it was built.
"""

import hashlib
import json
import platform
import re
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from typing import Any

from editions import Edition, name_of

OURS = "Apache-2.0 AND CC-BY-NC-4.0"  # the code; the weights of the models
WEIGHTS = "CC-BY-NC-4.0"
LONGEST = 60  # letters of a licence's name; some packages put the whole text there
# Names as in SPDX, which say more than classifiers; other words say less.
NAMED = re.compile(r"[A-Za-z0-9.+-]+( (OR|AND|WITH) [A-Za-z0-9.+-]+)*")
LIBRARIES = re.compile(r"\.(so(\.\d+)*|dll|dylib)$")
Component = dict[str, Any]


def text(edition: Edition, folder: Path, version: str) -> str:
    """Return the bill of the frozen program in `folder` as JSON; the same program gives the same text."""
    found = bom(edition, folder, version)
    found["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(found))}"
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def bom(edition: Edition, folder: Path, version: str) -> dict[str, Any]:
    """Return the bill of the frozen program in `folder`, without its number."""
    inside = folder / "_internal"
    absent = {name.replace("_", "-") for name in edition.excluded()}
    packages = {key: found for key, found in _packages(inside) if key not in absent}
    ours = packages.pop("cxrview", None)
    components = [*map(_package, packages.values()), *_models(inside), *_sample(inside), *_libraries(inside)]
    components += [
        {
            "type": "library",
            "bom-ref": "python",
            "name": "CPython",
            "version": platform.python_version(),
            "licenses": [{"expression": "Python-2.0"}],
        },
        {
            "type": "library",
            "bom-ref": "bootloader",
            "name": "PyInstaller's bootloader",
            "licenses": [{"expression": "GPL-2.0-or-later WITH Bootloader-exception"}],
        },
    ]
    program = {
        "type": "application",
        "bom-ref": "cxrview",
        "name": "cxrview",
        "version": version,
        "description": f"Review chest radiographs; the {edition.name} edition, frozen.",
        "licenses": [{"expression": OURS}],
    }
    needs = {key: _needs(found, packages) for key, found in packages.items()}
    direct = _needs(ours, packages) if ours is not None else []
    others = [part["bom-ref"] for part in components if part["bom-ref"] not in packages]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": program},
        "components": components,
        "dependencies": [
            {"ref": "cxrview", "dependsOn": sorted({*direct, *others})},
            *({"ref": key, "dependsOn": found} for key, found in needs.items()),
        ],
    }


def _packages(inside: Path) -> Iterator[tuple[str, Distribution]]:
    """Yield the packages of Python whose metadata lie in the program, by their normal names."""
    for place in sorted(inside.glob("*.dist-info")):
        found = PathDistribution(place)
        yield _key(found.metadata["Name"]), found


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _package(found: Distribution) -> Component:
    name, version = _key(found.metadata["Name"]), found.version
    return {
        "type": "library",
        "bom-ref": name,
        "name": found.metadata["Name"],
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "licenses": [_licence(found)],
    }


def _licence(found: Distribution) -> dict[str, Any]:
    metadata = found.metadata
    if "License-Expression" in metadata:
        return {"expression": metadata["License-Expression"]}
    named = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    words = ", ".join(line.split(" :: ")[-1] for line in named if line.count("::") > 1)
    told = metadata["License"].strip().partition("\n")[0] if "License" in metadata else ""
    if not NAMED.fullmatch(told):
        told = words or (told if 0 < len(told) <= LONGEST else "see its own files")
    return {"license": {"name": told}}


def _needs(found: Distribution, packages: dict[str, Distribution]) -> list[str]:
    """Return which of `packages` the package `found` asks for, extras aside."""
    wanted = (_key(name_of(need)) for need in found.requires or [] if "extra ==" not in need)
    return sorted({name for name in wanted if name in packages})


def _models(inside: Path) -> Iterator[Component]:
    for path in sorted((inside / "cxrview" / "_models").glob("*/card.json")):
        card = json.loads(path.read_text("utf-8"))
        yield {
            "type": "machine-learning-model",
            "bom-ref": f"model:{path.parent.name}",
            "name": path.parent.name,
            "version": card["version"],
            "description": card["title"],
            "licenses": [{"expression": WEIGHTS}],
            "hashes": _hashes(path.with_name("model.onnx")),
        }


def _sample(inside: Path) -> Iterator[Component]:
    for path in sorted((inside / "cxrview" / "_sample").glob("*.dcm")):
        yield {
            "type": "data",
            "bom-ref": f"sample:{path.name}",
            "name": path.name,
            "description": "The sample radiograph, from pydicom-data",
            "licenses": [{"expression": "MIT"}],
            "hashes": _hashes(path),
        }


def _libraries(inside: Path) -> Iterator[Component]:
    """Yield the libraries beside the packages, which are the system's where the program was built."""
    for path in sorted(inside.iterdir()):
        if path.is_file() and not path.is_symlink() and LIBRARIES.search(path.name):
            yield {
                "type": "file",
                "bom-ref": f"file:{path.name}",
                "name": path.name,
                "hashes": _hashes(path),
            }


def _hashes(path: Path) -> list[dict[str, str]]:
    with path.open("rb") as file:
        return [{"alg": "SHA-256", "content": hashlib.file_digest(file, "sha256").hexdigest()}]
