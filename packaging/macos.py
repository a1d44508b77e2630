"""A disk image for macOS of the frozen program, signed and notarised where the environment says by whom."""

import os
import subprocess
from pathlib import Path

from editions import REPOSITORY, Edition

ENTITLEMENTS = REPOSITORY / "packaging" / "macos" / "entitlements.plist"


def build(edition: Edition, target: Path, version: str) -> Path:
    """Return the disk image of `target`/cxrview.app.

    CXRVIEW_CODESIGN_IDENTITY names who signs, CXRVIEW_NOTARY_PROFILE the stored credentials of notarytool.
    Without them nothing is signed. Raises CalledProcessError.
    """
    program = target / "cxrview.app"
    identity = os.environ.get("CXRVIEW_CODESIGN_IDENTITY")
    if identity:
        hardened = ["--force", "--deep", "--options", "runtime", "--timestamp"]
        command = [
            "codesign",
            *hardened,
            "--entitlements",
            str(ENTITLEMENTS),
            "--sign",
            identity,
            str(program),
        ]
        subprocess.run(command, check=True)
        subprocess.run(["codesign", "--verify", "--strict", "--deep", str(program)], check=True)
    image = target / f"cxrview-{version}-{edition.name}.dmg"
    staged = target / "image"
    staged.mkdir()
    program.rename(staged / program.name)
    (staged / "Applications").symlink_to("/Applications")
    options = ["-volname", "cxrview", "-srcfolder", str(staged), "-format", "UDZO", "-ov"]
    subprocess.run(["hdiutil", "create", *options, str(image)], check=True)
    if identity and (profile := os.environ.get("CXRVIEW_NOTARY_PROFILE")):
        command = ["xcrun", "notarytool", "submit", str(image), "--keychain-profile", profile, "--wait"]
        subprocess.run(command, check=True)
        subprocess.run(["xcrun", "stapler", "staple", str(image)], check=True)
    return image
