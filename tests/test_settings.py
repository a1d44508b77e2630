"""Settings survive a restart, and a damaged file never stops the app."""

import dataclasses
import tomllib

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
    assert settings.save(changed, path)
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
        ("colour", "red", "is not known here"),
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


def test_entries_that_are_not_known_stay_in_the_file(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('version = 1\ntheme = "light"\nnew_choice = [1, 2]\n[new_page]\ndepth = 3\n', "utf-8")
    loaded, complaints = settings.load(path)
    assert ["new_choice" in complaints[0], "new_page" in complaints[1], len(complaints)] == [True, True, 2]
    settings.save(dataclasses.replace(loaded, theme="dark", shortcuts={"later": ("F9",)}), path)
    stored = tomllib.loads(path.read_text("utf-8"))
    assert (stored["new_choice"], stored["new_page"], stored["theme"]) == ([1, 2], {"depth": 3}, "dark")
    assert [file.name for file in tmp_path.iterdir()] == ["settings.toml"]  # nothing was lost, so no copy


def test_a_file_of_a_later_version_meets_one_sentence_and_is_not_touched(tmp_path):
    path = tmp_path / "settings.toml"
    theirs = 'version = 99\nhide_identity = true\ntheme = "pink"\nmore = 1\n'
    path.write_text(theirs, "utf-8")
    loaded, complaints = settings.load(path)
    assert loaded == Settings(hide_identity=True)  # what is private stays so
    assert len(complaints) == 1
    assert "a later version" in complaints[0]
    assert not settings.save(dataclasses.replace(loaded, theme="light"), path)
    assert path.read_text("utf-8") == theirs
    assert [file.name for file in tmp_path.iterdir()] == ["settings.toml"]


def test_a_file_of_an_earlier_version_is_brought_forward_and_kept(tmp_path, monkeypatch):
    def hue(values):
        return {"heatmap_colours" if key == "hue" else key: value for key, value in values.items()}

    monkeypatch.setattr(settings, "MIGRATIONS", (dict, hue))
    path = tmp_path / "settings.toml"
    before = 'version = 1\nhue = "viridis"\n'
    path.write_text(before, "utf-8")
    loaded, complaints = settings.load(path)
    assert (loaded, complaints) == (Settings(heatmap_colours="viridis"), [])
    settings.save(loaded, path)
    stored = tomllib.loads(path.read_text("utf-8"))
    assert (stored["version"], stored["heatmap_colours"], "hue" in stored) == (2, "viridis", False)
    assert (tmp_path / "settings.toml.v1.bak").read_text("utf-8") == before


@pytest.mark.parametrize("wrong", ['theme = "pink"\n', "theme = [\n", "\0"])
def test_what_is_wrong_is_kept_beside_before_it_is_replaced(tmp_path, wrong):
    path = tmp_path / "settings.toml"
    path.write_text(f"version = 1\n{wrong}", "utf-8")
    settings.save(Settings(), path)
    assert (tmp_path / "settings.toml.bak").read_text("utf-8") == f"version = 1\n{wrong}"
    assert settings.load(path) == (Settings(), [])
