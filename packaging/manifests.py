"""Write the manifests of conda-forge, winget and Flathub for a release, with its version and its sums.

python packaging/manifests.py URL SHA256SUMS FOLDER

URL is where the files of the release lie, SHA256SUMS that of the release: the templates in `packaging/conda`,
`packaging/winget` and `packaging/flatpak` name what they need of it.
"""

import re
import sys
import tomllib
from pathlib import Path

import build
from editions import REPOSITORY, name_of

TEMPLATES = ("conda/recipe.yaml", "winget/*.yaml", "flatpak/*.yaml")
# What conda-forge calls otherwise. Its names were not looked up there: a person does that (release.md).
CONDA = {
    "opencv-python-headless": "py-opencv",
    "pyside6-essentials": "pyside6",
    "python-gdcm": "gdcm",
    "matplotlib": "matplotlib-base",
}


def main() -> int:
    """Write the manifests; return 2 if the sums lack a file that one of them names."""
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    url, sums, folder = sys.argv[1].rstrip("/"), Path(sys.argv[2]).read_text("utf-8"), Path(sys.argv[3])
    try:
        found = manifests(url, sums, build.version())
    except LookupError as error:
        print(error, file=sys.stderr)
        return 2
    for place, text in found.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, "utf-8")
    return 0


def manifests(url: str, sums: str, version: str) -> dict[str, str]:
    """Return the text of each manifest by its place. Raises LookupError for a file that `sums` lack."""
    of_file = {name: digest for digest, name in (line.split("  ", 1) for line in sums.splitlines())}
    files = {
        "SDIST_SHA256": f"cxrview-{version}.tar.gz",
        "SETUP_SHA256": f"cxrview-{version}-light-setup.exe",
        "TARBALL_SHA256": f"cxrview-{version}-light-linux.tar.xz",
    }
    if missing := [name for name in files.values() if name not in of_file]:
        raise LookupError(f"The sums lack {', '.join(missing)}.")
    words = {"VERSION": version, "URL": url, "RUN": conda_requirements()}
    words |= {place: of_file[name] for place, name in files.items()}
    found = {}
    for pattern in TEMPLATES:
        for path in sorted((REPOSITORY / "packaging").glob(pattern)):
            place = path.relative_to(REPOSITORY / "packaging").as_posix()
            found[place] = re.sub(r"@(\w+)@", lambda match: words[match[1]], path.read_text("utf-8"))
    return found


def conda_requirements() -> str:
    """Return what pyproject.toml asks for in the names of conda, as the lines of the recipe's list."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    lines = []
    for text in project["dependencies"]:
        asked = text.partition(";")[0].strip()
        name = name_of(asked)
        lines.append(f"    - {CONDA.get(name, name)} {asked[len(name) :].strip()}".rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
