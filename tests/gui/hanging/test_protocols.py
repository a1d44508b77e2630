"""Hanging protocols are checked when they come in, fit what they are for, and hang films so."""

import dataclasses
import json
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

from cxrview.errors import InvalidRequest
from cxrview.gui import messages
from cxrview.gui.commands.hanging import hanger, protocols_window
from cxrview.gui.hanging import matching
from cxrview.gui.hanging import protocol as files
from cxrview.gui.hanging.editor import ProtocolEditor
from cxrview.gui.hanging.protocol import HangingPane, HangingProtocol
from cxrview.gui.hanging.protocols import Protocols
from cxrview.imaging.presets import presets
from tests.gui.dicom_files import write_dicom
from tests.gui.studies.browsing import dicom_entry
from tests.gui.test_accessibility import nameless
from tests.refusals import refused

BESIDE = HangingProtocol(
    "PA beside its prior",
    "two_columns",
    (HangingPane(0, "frontal", "Lung", False), HangingPane(1, "frontal")),
    "CHEST",
    "frontal",
    1,
)
BOTH = HangingProtocol("Both views", "two_columns", (HangingPane(), HangingPane(0, "lateral", "Bone")))


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "mine.cxrhang"
    files.write(path, [BESIDE, BOTH])
    assert files.read(path) == [BESIDE, BOTH]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": " "}),
        ("layout", {"layout": "nine"}),
        ("panes", {"panes": []}),
        ("view", {"view": "oblique"}),
        ("priors", {"priors": True}),
        ("priors", {"priors": 99}),
        ("script", {"script": "rm"}),
        ("study", {"panes": [{"study": "0"}, {}]}),
        ("window", {"panes": [{"window": "Liver"}, {}]}),
        ("heatmap", {"panes": [{}, {"heatmap": 1}]}),
    ],
)
def test_a_file_with_a_wrong_value_is_refused_whole(tmp_path, field, change):
    rows = [dataclasses.asdict(BOTH), {**dataclasses.asdict(BESIDE), **change}]
    text = json.dumps({"format": files.FORMAT, "version": 1, "protocols": rows})
    with refused(InvalidRequest, messages.PROTOCOL_VALUE(number=2, field=field)):
        files.parse(text, tmp_path / "other.cxrhang")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", messages.NO_PROTOCOLS),
        ("[" * 100_000, messages.NO_PROTOCOLS),
        ('{"format": "other"}', messages.NO_PROTOCOLS),
        (json.dumps({"format": files.FORMAT, "version": 1}), messages.NO_PROTOCOLS),
        (json.dumps({"format": files.FORMAT, "version": 2}), messages.PROTOCOLS_OF_ANOTHER_VERSION),
    ],
)
def test_what_is_no_file_of_protocols_is_refused(tmp_path, text, said):
    path = tmp_path / "other.json"
    path.write_text(text, "utf-8")
    with refused(InvalidRequest, said):
        files.read(path)


def test_the_first_that_fits_is_found_and_films_go_into_their_panes():
    found = {
        entry.path: entry
        for entry in (
            dicom_entry(1, day="20240101"),
            dicom_entry(2, day="20250101", view="AP"),
            dicom_entry(3, day="20260101", view="LL"),
            dicom_entry(4, day="20260101"),
        )
    }
    first, before, lateral, now = found
    assert matching.first_fitting([BESIDE, BOTH], found, now) == BESIDE
    assert matching.films(BESIDE, found, now) == [now, before]
    assert matching.first_fitting([BESIDE, BOTH], found, first) is None  # nothing before it, and no lateral
    assert matching.first_fitting([BESIDE, BOTH], found, lateral) == BOTH
    assert matching.films(BOTH, found, lateral) == [now, lateral]  # who wants one view chooses first
    assert not matching.fits(dataclasses.replace(BESIDE, body_part="HAND"), found, now)
    assert not matching.fits(dataclasses.replace(BESIDE, priors=3), found, now)
    assert matching.films(
        dataclasses.replace(BESIDE, panes=(HangingPane(2), HangingPane(5))), found, now
    ) == [first, None]
    shown = [(now, "Lung", False), (before, "", True)]
    assert matching.described(shown, found, now) == (
        HangingPane(0, "PA", "Lung", False),
        HangingPane(1, "AP"),
    )


def test_order_names_and_a_spoilt_file(tmp_path, qtbot):
    said, path = [], tmp_path / "kept.json"
    from PySide6.QtCore import QObject

    owner = QObject()
    mine = Protocols(path, said.append, owner)
    mine.add([BESIDE, BOTH, BOTH])
    assert [each.name for each in mine.all] == ["PA beside its prior", "Both views", "Both views (2)"]
    assert mine.move(2, -1) == 1
    mine.remove(0)
    mine.put(1, dataclasses.replace(BOTH, name="Both views (2)"))
    assert [each.name for each in Protocols(path, said.append, owner).all] == [
        "Both views (2)",
        "Both views (2) (2)",
    ]
    assert said == []
    path.write_text("spoilt", "utf-8")
    assert Protocols(path, said.append, owner).all == ()
    assert path.with_suffix(".bak").read_text("utf-8") == "spoilt"
    assert "kept.bak" in said[0]


@pytest.fixture
def films(tmp_path):
    """Two studies of a patient, the newer one with two views, and a film of another patient."""
    of = partial(write_dicom, BodyPartExamined="CHEST")
    return {
        "old": of(tmp_path / "old.dcm", study="1.2.1", date="20250101"),
        "pa": of(tmp_path / "pa.dcm", study="1.2.2", date="20260101"),
        "lateral": of(tmp_path / "lateral.dcm", study="1.2.2", date="20260101", view="LL"),
        "other": of(tmp_path / "other.dcm", study="1.2.3", name="ROE^RICHARD", patient_id="1"),
    }


def hung(window) -> list[str]:
    """Return what hangs in the viewports, row by row."""
    views = [port.view for port in window.viewports.grid.viewports]
    return [view.shown.path.stem if view.shown.path else "" for view in views]


def test_studies_hang_by_key_and_by_themselves(window, films, qtbot):
    state, protocols = window.state, window.bench.part(hanger).protocols
    window.open(list(films.values()))
    qtbot.waitUntil(lambda: len(state.entries) == 4 and not window.runner.jobs)
    window.session.select(films["pa"])
    qtbot.waitUntil(lambda: state.shown.radiograph is not None and not window.runner.jobs)
    window.activateWindow()
    window.stage.setFocus()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_8, Qt.KeyboardModifier.AltModifier)
    assert "No hanging protocol fits" in window.bench.status.message.text()
    protocols.add([BESIDE, BOTH])
    qtbot.keyClick(window, Qt.Key.Key_8, Qt.KeyboardModifier.AltModifier)
    assert hung(window) == ["pa", "old"]
    left, right = (port.view for port in window.viewports.grid.viewports)
    qtbot.waitUntil(lambda: right.shown.radiograph is not None and left.voi.explanation == "Lung")
    assert left.voi == dict(presets(left.shown.radiograph))["Lung"]
    assert (left.heat_shown, right.heat_shown) == (False, True)
    assert state.active is left

    window.menus.actions["one"].trigger()
    assert [view.heat_shown for view in state.views] == [True]  # whoever arranges anew has them again
    window.menus.actions["hang_by_itself"].trigger()
    assert state.settings.hang_by_itself
    window.session.select(films["other"])  # for which there is none
    qtbot.waitUntil(lambda: hung(window) == ["other"] and not window.runner.jobs)
    window.session.select(films["lateral"])
    qtbot.waitUntil(lambda: hung(window) == ["pa", "lateral"])
    assert state.shown.path == films["lateral"]
    window.session.select(films["other"])
    qtbot.waitUntil(lambda: hung(window) == ["other"])  # nothing of the patient before stays beside it


def test_what_hangs_becomes_a_protocol_that_is_managed_and_exported(
    window, films, tmp_path, qtbot, monkeypatch
):
    window.open(list(films.values()))
    qtbot.waitUntil(lambda: len(window.state.entries) == 4 and not window.runner.jobs)
    window.viewports.show_beside((films["pa"], 0), (films["old"], 0))
    qtbot.waitUntil(lambda: all(view.shown.radiograph is not None for view in window.state.views))
    window.menus.actions["save_hanging"].trigger()
    dialog = window.findChild(ProtocolEditor)
    assert dialog.protocol == HangingProtocol(
        "Protocol", "two_columns", (HangingPane(0, "PA"), HangingPane(1, "PA")), "CHEST", "", 1
    )
    assert nameless(dialog) == []
    dialog.name.clear()
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Save).isEnabled()
    dialog.name.setText("Mine")
    dialog.rows[1].window.setCurrentIndex(dialog.rows[1].window.findData("Bone"))
    dialog.buttons.button(QDialogButtonBox.StandardButton.Save).click()

    window.menus.actions["hangings"].trigger()
    managed = window.bench.part(protocols_window)
    assert nameless(managed) == []
    (mine,) = window.bench.part(hanger).protocols.all
    assert (mine.name, mine.panes[1]) == ("Mine", HangingPane(1, "PA", "Bone"))
    managed.list.setCurrentRow(0)
    managed.list.item(0).setText("Renamed")
    out = tmp_path / "out.cxrhang"
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getSaveFileName", lambda *_: (str(out), ""))
    managed.export.click()
    assert [each.name for each in files.read(out)] == ["Renamed"]
    managed.delete.click()
    assert managed.list.count() == 0
    window.open([out])  # as when it is dropped on the window
    assert [managed.list.item(row).text() for row in range(managed.list.count())] == ["Renamed"]
    window.menus.hangings.aboutToShow.emit()
    assert window.menus.hangings.actions()[-1].text() == "Renamed"
    out.write_text("{}", "utf-8")
    managed.bring(out)
    assert str(messages.NO_PROTOCOLS) in managed.note.text()
    assert len(window.bench.part(hanger).protocols.all) == 1
