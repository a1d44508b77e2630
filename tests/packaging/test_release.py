"""What is told of a release: the bill of what is inside, the manifests, and what software centres show."""

import hashlib
import json
from xml.etree import ElementTree

import editions
import linux_files
import manifests
import pytest
import sbom

LIGHT = editions.EDITIONS["light"]
FILES = {
    "SDIST": "cxrview-0.3.0.tar.gz",
    "SETUP": "cxrview-0.3.0-light-setup.exe",
    "TARBALL": "cxrview-0.3.0-light-linux.tar.xz",
}
SUM = {name: hashlib.sha256(name.encode()).hexdigest() for name in FILES}


@pytest.fixture
def frozen(tmp_path):
    """A frozen program in small: packages, one of which the edition leaves out, a model, a library."""
    inside = tmp_path / "_internal"
    for name, more in {
        "cxrview": "Requires-Dist: foo.bar>=1\n",
        "Foo_Bar": "License-Expression: MIT\nRequires-Dist: plain\nRequires-Dist: absent; extra == 'x'\n",
        "plain": "Classifier: License :: OSI Approved :: BSD License\n",
        "openvino-telemetry": "License-Expression: Apache-2.0\n",
    }.items():
        place = inside / f"{name}-1.2.dist-info" / "METADATA"
        place.parent.mkdir(parents=True)
        place.write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.2\n{more}", "utf-8")
    model = inside / "cxrview" / "_models" / "lungs"
    model.mkdir(parents=True)
    (model / "card.json").write_text('{"version": "3.0.0", "title": "Lungs"}', "utf-8")
    (model / "model.onnx").write_bytes(b"graph")
    (inside / "libz.so.1").write_bytes(b"library")
    (inside / "libagain.so").symlink_to(inside / "libz.so.1")
    return tmp_path


def test_the_bill_names_every_part_with_its_licence_and_what_needs_it(frozen):
    bill = json.loads(sbom.text(LIGHT, frozen, "0.2.0"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["licenses"] == [{"expression": "Apache-2.0 AND CC-BY-NC-4.0"}]
    parts = {part["bom-ref"]: part for part in bill["components"]}
    assert set(parts) == {"foo-bar", "plain", "model:lungs", "file:libz.so.1", "python", "bootloader"}
    assert parts["foo-bar"]["purl"] == "pkg:pypi/foo-bar@1.2"
    assert parts["foo-bar"]["licenses"] == [{"expression": "MIT"}]
    assert parts["plain"]["licenses"] == [{"license": {"name": "BSD License"}}]
    assert parts["model:lungs"]["licenses"] == [{"expression": "CC-BY-NC-4.0"}]
    assert parts["model:lungs"]["hashes"][0]["content"] == hashlib.sha256(b"graph").hexdigest()
    needs = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    assert needs["foo-bar"] == ["plain"]
    assert set(needs["cxrview"]) == set(parts) - {"plain"}
    assert sbom.text(LIGHT, frozen, "0.2.0") == sbom.text(LIGHT, frozen, "0.2.0")


def test_manifests_take_version_sums_and_requirements_from_the_release():
    sums = "".join(f"{SUM[name]}  {file}\n" for name, file in FILES.items())
    found = manifests.manifests("https://example.org/v0.3.0", sums, "0.3.0")
    assert {place.partition("/")[0] for place in found} == {"conda", "winget", "flatpak"}
    assert not [place for place, text in found.items() if "@" in text]
    assert f"sha256: {SUM['SDIST']}" in found["conda/recipe.yaml"]
    assert "    - py-opencv >=5\n" in found["conda/recipe.yaml"]
    assert f"InstallerSha256: {SUM['SETUP']}" in found["winget/cxrview.cxrview.installer.yaml"]
    program = f"url: https://example.org/v0.3.0/{FILES['TARBALL']}\n        sha256: {SUM['TARBALL']}\n"
    assert program in found["flatpak/org.cxrview.cxrview.yaml"]
    with pytest.raises(LookupError, match=r"cxrview-0\.3\.0\.tar\.gz"):
        manifests.manifests("https://example.org", "", "0.3.0")


def test_software_centres_are_told_version_day_and_desktop_file():
    files = linux_files.beside("0.3.0")
    assert set(files) >= {"install.sh", "cxrview.desktop", "cxrview.svg"}
    shown = ElementTree.fromstring(files["org.cxrview.cxrview.metainfo.xml"].decode())
    assert shown.find("releases/release").get("version") == "0.3.0"
    assert shown.findtext("launchable") == "org.cxrview.cxrview.desktop"
    assert shown.findtext("project_license") == "Apache-2.0 AND CC-BY-NC-4.0"
