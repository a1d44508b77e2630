"""What goes into an edition, what is told to systems about it, and how its size is weighed."""

import argparse
import subprocess

import build
import deb
import editions
import file_types
import linux_files
import pytest
import shell_files

from cxrview.cli import main as cli
from cxrview.imaging.raster import formats


def test_the_light_edition_goes_without_what_only_training_needs():
    light, full = (
        {editions.name_of(text) for text in edition.requirements()} for edition in editions.EDITIONS.values()
    )
    assert full - light == set(editions.TRAINING)
    assert {"openvino", "pyside6-essentials", "pydicom-data"} <= light
    assert set(editions.TRAINING_MODULES) <= set(editions.EDITIONS["light"].excluded())


@pytest.mark.parametrize(
    ("target", "left_out"),
    [
        ("openvino/libs/libopenvino_pytorch_frontend.so.2641", True),
        ("openvino/libs/libopenvino_onnx_frontend.so.2641", False),
        ("openvino/libs/libopenvino_intel_gpu_plugin.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", False),
        ("PySide6/Qt/translations/qtbase_fr.qm", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("libgtk-3.so.0", True),
        ("libX11.so.6", False),
    ],
)
def test_what_nobody_opens_is_left_out(target, left_out):
    assert editions.is_left_out(target) is left_out


def test_parts_are_weighed_and_a_build_over_its_budget_is_told(tmp_path, capsys):
    inside = tmp_path / "_internal"
    (inside / "cv2").mkdir(parents=True)
    (inside / "cv2" / "cv2.so").write_bytes(b"x" * 3_000_000)
    (tmp_path / "cxrview").write_bytes(b"x" * 1_000_000)
    (inside / "again.so").symlink_to(inside / "cv2" / "cv2.so")
    assert build.size_of(tmp_path) == 4_000_000
    assert build.table(tmp_path).splitlines()[2:] == [
        "| cv2 | 3.0 | resizing, filters, outlines |",
        "| cxrview | 1.0 | models, fonts, manual, translations, sample film |",
    ]
    light = editions.EDITIONS["light"]
    assert not build.over_budget(light, "unpacked", 620_000_000, light.unpacked)
    assert build.over_budget(light, "unpacked", 620_000_001, light.unpacked)


def test_file_types_are_those_that_are_read():
    pictures = {suffix for kind in file_types.FILE_TYPES if not kind.ours for suffix in kind.suffixes}
    assert pictures == {suffix for kind in formats.KNOWN for suffix in kind.suffixes}
    assert "MimeType=application/dicom;image/png;" in linux_files.desktop_file()
    assert "Exec=/opt/cxrview/cxrview view %F\n" in linux_files.desktop_file("/opt/cxrview/cxrview")
    assert '<glob pattern="*.dicom"/>' in linux_files.mime_file()


def test_manual_page_and_completions_name_every_command_and_no_hidden_option():
    found = shell_files.commands()
    assert {command.name for command in found} == {"view", "demo", *cli.COMMANDS} - {"helper"}
    for write in (shell_files.man, shell_files.bash, shell_files.zsh, shell_files.fish):
        text = write(found).replace("\\-", "-")
        assert "self-test" in text
        assert "film " not in text.split("demo", 1)[1].partition("score")[0] or write is shell_files.man
        assert argparse.SUPPRESS not in text
    subprocess.run(["bash", "-n"], input=shell_files.bash(found), text=True, check=True)


def test_the_debian_package_says_what_it_needs_and_its_versions_are_ordered():
    control = deb.control_file(editions.EDITIONS["light"], "0.2.0.dev0", 2049)
    assert "Package: cxrview-light\nVersion: 0.2.0~dev0\n" in control
    assert "Installed-Size: 3\n" in control
    assert "Conflicts: cxrview-full\n" in control
    assert control.endswith("\n")
