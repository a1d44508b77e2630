"""Settings survive a restart, and a damaged file never stops the app."""

import dataclasses

import pytest

from cxrview import settings
from cxrview.settings import Settings


def test_settings_come_back_as_saved(tmp_path):
    path = tmp_path / "deep" / "settings.toml"
    changed = Settings(
        theme="light",
        heatmap_opacity=0.25,
        heatmap_visible=False,
        model="mine",
        memory_budget_mb=512,
        shortcuts={"file.open": ("Ctrl+J", "F3"), "quit": ()},
    )
    settings.save(changed, path)
    assert settings.load(path) == (changed, [])
    assert [file.name for file in path.parent.iterdir()] == ["settings.toml"]


def test_no_file_means_defaults(tmp_path):
    assert settings.load(tmp_path / "none.toml") == (Settings(), [])


@pytest.mark.parametrize("content", [b"not = [toml", b"\xff\xfe", b"\x00"])
def test_a_damaged_file_means_defaults_and_a_sentence(tmp_path, content):
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    loaded, complaints = settings.load(path)
    assert loaded == Settings()
    assert "settings.toml cannot be read" in complaints[0]


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("heatmap_opacity", 7.0, "between 0.0 and 1.0"),
        ("heatmap_opacity", "high", "of type float"),
        ("heatmap_opacity", True, "of type float"),
        ("theme", "pink", "one of dark, light"),
        ("colour", "red", "is not known"),
        ("memory_budget_mb", 100, "between 256 and 16384"),
        ("memory_budget_mb", True, "of type int"),
        ("language", "latin", "one of auto, en, de"),
        ("shortcuts", ["Ctrl+O"], "of type dict"),
        ("shortcuts", {"open": "Ctrl+O"}, "list of texts"),
    ],
)
def test_a_wrong_entry_is_passed_over_with_a_sentence(key, value, complaint):
    checked, complaints = settings.validate({key: value, "heatmap_threshold": 0.5})
    assert checked == Settings(heatmap_threshold=0.5)
    assert complaint in complaints[0]


def test_a_whole_number_serves_as_a_fraction():
    assert settings.validate({"heatmap_opacity": 1}) == (Settings(heatmap_opacity=1.0), [])


def test_every_option_has_a_label_and_a_default_within_its_bounds():
    for field in dataclasses.fields(Settings):
        assert field.metadata["label"]
        assert field.metadata["page"] in {"", *settings.PAGES}
    _, complaints = settings.validate(dataclasses.asdict(Settings()))
    assert complaints == []
