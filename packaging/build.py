"""Build the program for this system, hold it to its budget, test it, and pack it.

python packaging/build.py light            # or full: everything that this system can build
python packaging/build.py light --again    # with the packages that the last build has installed

Results lie in dist/EDITION: the folder of the program, its packages, a bill of its parts (CycloneDX), and
SHA256SUMS. CXRVIEW_BUILD_VENV names another place for the environment that is frozen (default:
dist/work/venv-EDITION). On macOS CXRVIEW_CODESIGN_IDENTITY and CXRVIEW_NOTARY_PROFILE sign and notarise;
without them the program is unsigned.
"""

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import editions
import sbom
from editions import MEGABYTE, REPOSITORY, WORK, Edition

TOOLS = ("pyinstaller>=6.16", "hatchling>=1.26")
LARGEST = 10  # parts that the table shows
SELF_TEST = 120  # seconds until the self-test of the frozen program is given up; it keeps its own bound
REASONS = {
    "openvino": "inference on CPU, Intel GPU and NPU",
    "PySide6": "the window (Qt)",
    "opencv_python_headless.libs": "libraries that OpenCV is linked to",
    "cv2": "resizing, filters, outlines",
    "cxrview": "models, fonts, manual, translations, sample film",
    "numpy": "arrays",
    "numpy.libs": "OpenBLAS",
    "_gdcm": "lossless and 12-bit JPEG",
    "matplotlib": "figures of reports",
    "pillow.libs": "picture formats",
    "PIL": "picture formats",
    "tensorflow": "training",
    "keras": "training",
    "scipy": "calibration",
    "sklearn": "domain check",
}


def main() -> int:
    """Build one edition; return 1 if it is over its budget or fails its self-test."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("edition", choices=tuple(editions.EDITIONS))
    parser.add_argument("--again", action="store_true", help="keep the installed packages")
    parser.add_argument("--frozen-only", action="store_true", help="only the folder and its tests")
    arguments = parser.parse_args()
    edition = editions.EDITIONS[arguments.edition]
    python = environment_of(edition, again=arguments.again)
    extras = drawn_extras(python)
    target = REPOSITORY / "dist" / edition.name
    shutil.rmtree(target, ignore_errors=True)
    folder = freeze(edition, python, target)
    slim(folder)
    print(table(folder))
    over = over_budget(edition, "unpacked", size_of(folder), edition.unpacked)
    failed = self_test(folder)
    if arguments.frozen_only:
        return int(over or failed)
    made = [compressed(edition, folder, target), *packages(edition, folder, extras, target)]
    over |= over_budget(edition, "compressed", made[0].stat().st_size, edition.compressed)
    bill = target / f"cxrview-{version()}-{edition.name}-{sys.platform}.cdx.json"
    bill.write_text(sbom.text(edition, folder, version()), "utf-8")
    made.append(bill)
    write_sums(made, target)
    return int(over or failed)


def environment_of(edition: Edition, *, again: bool) -> Path:
    """Return the Python of a virtual environment with what `edition` needs and this checkout's cxrview."""
    place = Path(os.environ.get("CXRVIEW_BUILD_VENV") or WORK / f"venv-{edition.name}")
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if not (again and python.is_file()):
        if not python.is_file():
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run([*pip, *TOOLS, *edition.requirements()], check=True)
    # No isolation, as hatchling is there already; no dependencies, as the light edition has fewer.
    own = ["--no-deps", "--no-build-isolation", "--force-reinstall", str(REPOSITORY)]
    subprocess.run([*pip, *own], check=True)
    return python


def drawn_extras(python: Path) -> Path:
    """Return a folder of icons, manual page and completions, made by the frozen environment's `python`."""
    folder = WORK / "icons"
    for script in ("icons.py", "shell_files.py"):
        command = [str(python), str(REPOSITORY / "packaging" / script), str(folder)]
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        subprocess.run(command, check=True, env=variables)
    return folder


def freeze(edition: Edition, python: Path, target: Path) -> Path:
    """Return the folder of the frozen program. Raises CalledProcessError."""
    work = WORK / f"pyinstaller-{edition.name}"
    places = ["--noconfirm", "--distpath", str(target), "--workpath", str(work), "--log-level", "WARN"]
    # In the folder of the wheel's build, not of the checkout: what is frozen is what is installed.
    command = [
        str(python),
        "-P",
        "-m",
        "PyInstaller",
        *places,
        str(REPOSITORY / "packaging" / "cxrview.spec"),
    ]
    variables = os.environ | {"CXRVIEW_EDITION": edition.name}
    variables.pop("PYTHONPATH", None)
    target.mkdir(parents=True)
    subprocess.run(command, check=True, env=variables, cwd=target)
    return target / "cxrview"


def slim(folder: Path) -> None:
    """Take symbols for debuggers out of libraries that come with them, where the system has a tool for it."""
    if sys.platform != "linux" or shutil.which("strip") is None:
        return
    for pattern in editions.STRIPPED:
        for path in (folder / "_internal").glob(pattern):
            subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)


def size_of(folder: Path) -> int:
    """Return the bytes of all files in `folder`; a link counts nothing."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def parts(folder: Path) -> Counter[str]:
    """Return how many bytes each part of a frozen program takes: its folders, and its files by name."""
    inside = folder / "_internal" if (folder / "_internal").is_dir() else folder
    found: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            place = path.relative_to(inside if path.is_relative_to(inside) else folder)
            found[place.parts[0]] += path.stat().st_size
    return found


def table(folder: Path) -> str:
    """Return the largest parts of a frozen program, each with its size and its reason, as Markdown."""
    rows = [
        f"| {name} | {size / MEGABYTE:.1f} | {REASONS.get(name, '')} |"
        for name, size in parts(folder).most_common(LARGEST)
    ]
    return "\n".join(["| part | MB | what for |", "| --- | ---: | --- |", *rows])


def over_budget(edition: Edition, what: str, size: int, bound: int | None) -> bool:
    """Say how large `edition` is, and return whether that is more than it may be."""
    allowed = "no bound" if bound is None else f"at most {bound / MEGABYTE:.0f} MB"
    print(f"{edition.name}, {what}: {size / MEGABYTE:.1f} MB ({allowed})")
    return bound is not None and size > bound


def self_test(folder: Path) -> bool:
    """Return whether the frozen program in `folder` fails its own test; it says what."""
    program = folder / ("cxrview.exe" if sys.platform == "win32" else "cxrview")
    done = subprocess.run([str(program), "doctor", "--self-test"], timeout=SELF_TEST, check=False)
    return done.returncode != 0


def compressed(edition: Edition, folder: Path, target: Path) -> Path:
    """Return the program as one file: a portable ZIP on Windows, elsewhere a tarball with its installer."""
    name = f"cxrview-{version()}-{edition.name}-{sys.platform}"
    if sys.platform == "win32":
        return Path(shutil.make_archive(str(target / name), "zip", target, "cxrview"))
    path = target / f"{name}.tar.xz"
    with tarfile.open(path, "w:xz", preset=6) as archive:
        archive.add(folder, "cxrview", filter=_of_nobody)
        if sys.platform == "linux":
            _add_installer(archive)
    return path


def _add_installer(archive: tarfile.TarFile) -> None:
    """Add the script that installs the program into a user's home, and what it needs."""
    import linux_files

    for name, text in linux_files.beside(version()).items():
        member = _of_nobody(tarfile.TarInfo(f"cxrview/share/{name}"))
        member.size = len(text)
        member.mode = 0o755 if name.endswith(".sh") else 0o644
        archive.addfile(member, io.BytesIO(text))


def _of_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def packages(edition: Edition, folder: Path, extras: Path, target: Path) -> list[Path]:
    """Return the packages of this system that its tools can build."""
    if sys.platform == "linux" and shutil.which("dpkg-deb"):
        import deb

        return [deb.build(edition, folder, extras, target, version())]
    if sys.platform == "win32" and (makensis := shutil.which("makensis")):
        installer = target / f"cxrview-{version()}-{edition.name}-setup.exe"
        subprocess.run([makensis, *installer_options(folder, extras, installer)], check=True)
        return [installer]
    if sys.platform == "darwin":
        import macos

        return [macos.build(edition, target, version())]
    return []


def installer_options(folder: Path, extras: Path, installer: Path) -> list[str]:
    """Return what makensis is told to make `installer` of the frozen program in `folder`."""
    import windows_files

    types = windows_files.write(WORK / "file_types.nsh")
    icon = extras / "cxrview.ico"
    names = {"VERSION": version(), "SOURCE": folder, "OUTPUT": installer, "ICON": icon, "TYPES": types}
    defined = [f"-D{name}={value}" for name, value in names.items()]
    return ["-WX", *defined, str(REPOSITORY / "packaging" / "windows" / "cxrview.nsi")]


def version() -> str:
    """Return the version that `cxrview.__init__` states."""
    source = (REPOSITORY / "cxrview" / "__init__.py").read_text("utf-8")
    return next(line.split('"')[1] for line in source.splitlines() if line.startswith("__version__"))


def write_sums(made: list[Path], target: Path) -> None:
    """Write SHA256SUMS beside the files `made`, as `sha256sum --check` reads it."""
    lines = []
    for path in made:
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    (target / "SHA256SUMS").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
