"""A package for Debian and Ubuntu of the frozen program. It lies in /opt and needs no Python."""

import gzip
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

import linux_files
from editions import REPOSITORY, Edition

MAINTAINER = "The authors of cxrview <cxrview@localhost>"
HOME = "opt/cxrview"
# What the frozen program takes from the system, besides a libc as new as where it was built.
NEEDS = (
    "libegl1", "libgl1", "libfontconfig1", "libdbus-1-3", "libx11-6", "libxcb1",
    "libxkbcommon0", "libxkbcommon-x11-0",
)  # fmt: skip
RECOMMENDS = ("libopengl0", "ocl-icd-libopencl1", "libcups2 | libcups2t64")
DESCRIPTION = """\
Description: review chest radiographs with a model that shows where it looked
 Opens DICOM files and pictures, measures, and reads chest radiographs with a
 bundled model, offline. For research and teaching, not for diagnosis.
"""
AFTER = """\
#!/bin/sh
set -e
tell() { if command -v "$1" >/dev/null; then "$@" || true; fi; }
tell update-desktop-database -q /usr/share/applications
tell update-mime-database /usr/share/mime
tell gtk-update-icon-cache -q -f /usr/share/icons/hicolor
"""


def build(edition: Edition, folder: Path, extras: Path, target: Path, version: str) -> Path:
    """Return the package of the frozen program in `folder`, written into `target`.

    `extras` holds icons, manual page and completions, as `icons.py` and `shell_files.py` write them. Raises
    CalledProcessError.
    """
    path = target / f"cxrview-{edition.name}_{debian(version)}_amd64.deb"
    with tempfile.TemporaryDirectory(dir=target) as place:
        root = Path(place)
        shutil.copytree(folder, root / HOME, symlinks=True)
        for where, text in files(extras, version).items():
            (root / where).parent.mkdir(parents=True, exist_ok=True)
            (root / where).write_bytes(text)
        (root / "usr/bin").mkdir(parents=True)
        (root / "usr/bin/cxrview").symlink_to(f"/{HOME}/cxrview")
        size = sum(
            path.stat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink()
        )
        control = root / "DEBIAN"
        control.mkdir()
        (control / "control").write_text(control_file(edition, version, size), "utf-8")
        for script in ("postinst", "postrm"):
            (control / script).write_text(AFTER, "utf-8")
        _set_modes(root)
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", str(root), str(path)]
        subprocess.run(command, check=True)
    return path


def debian(version: str) -> str:
    """Return `version` as Debian orders it: "0.2.0.dev0" comes before "0.2.0"."""
    return version.replace(".dev", "~dev").replace("rc", "~rc")


def control_file(edition: Edition, version: str, size: int) -> str:
    """Return the control file of a package that takes `size` bytes unpacked."""
    other = "cxrview-full" if edition.name == "light" else "cxrview-light"
    fields = {
        "Package": f"cxrview-{edition.name}",
        "Version": debian(version),
        "Architecture": "amd64",
        "Maintainer": MAINTAINER,
        "Installed-Size": str(-(-size // 1024)),
        "Section": "science",
        "Priority": "optional",
        "Depends": ", ".join((f"libc6 (>= {platform.libc_ver()[1]})", *NEEDS)),
        "Recommends": ", ".join(RECOMMENDS),
        "Provides": "cxrview",
        "Conflicts": other,
        "Replaces": other,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items()) + DESCRIPTION


def files(extras: Path, version: str) -> dict[str, bytes]:
    """Return what lies outside the program's own folder, by its place."""
    about = linux_files.metainfo("cxrview.desktop", version, linux_files.today())
    share = "usr/share"
    notices = (REPOSITORY / "THIRD_PARTY_NOTICES.md").read_text("utf-8")
    licence = (REPOSITORY / "LICENSE").read_text("utf-8")
    weights = (REPOSITORY / "models" / "LICENSE").read_text("utf-8")
    said = "License: Apache-2.0 AND CC-BY-NC-4.0 (the code; the weights of the models)\n\n"
    found = {
        f"{share}/applications/cxrview.desktop": linux_files.desktop_file().encode(),
        f"{share}/metainfo/org.cxrview.cxrview.metainfo.xml": about.encode(),
        f"{share}/mime/packages/cxrview.xml": linux_files.mime_file().encode(),
        f"{share}/man/man1/cxrview.1.gz": gzip.compress((extras / "cxrview.1").read_bytes(), 9, mtime=0),
        f"{share}/bash-completion/completions/cxrview": (extras / "cxrview.bash").read_bytes(),
        f"{share}/zsh/vendor-completions/_cxrview": (extras / "_cxrview").read_bytes(),
        f"{share}/fish/vendor_completions.d/cxrview.fish": (extras / "cxrview.fish").read_bytes(),
        f"{share}/doc/cxrview/copyright": "\n\n".join((said + notices, licence, weights)).encode(),
        f"{share}/icons/hicolor/scalable/apps/cxrview.svg": (
            REPOSITORY / "resources" / "icons" / "cxrview.svg"
        ).read_bytes(),
    }
    for icon in extras.glob("*.png"):
        found[f"{share}/icons/hicolor/{icon.stem}x{icon.stem}/apps/cxrview.png"] = icon.read_bytes()
    return found


def _set_modes(root: Path) -> None:
    """Let everybody read all and nobody but root write; what may be run stays so."""
    for path in (root, *root.rglob("*")):
        if path.is_symlink():
            continue
        runs = path.is_dir() or path.stat().st_mode & 0o100 or path.name in ("postinst", "postrm")
        path.chmod(0o755 if runs else 0o644)
