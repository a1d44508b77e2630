"""What the training starts from: a choice, and what follows from it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from cxrview.gui.panels.verdict import ToneLabel
from cxrview.gui.training.draft import LUNGS, Draft
from cxrview.gui.widgets.option_controls import calm
from cxrview.i18n import say, tr
from cxrview.training.names import CHOICES
from cxrview.training.network.architectures import ARCHITECTURES
from cxrview.training.preflight import Examined, StartingModel

FILES = "*.keras *.h5 *.hdf5 *.npz"
WIDTH = 430


class StartBox(QWidget):
    """The name of the model, the start, and a line on what follows from it."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self._installed: Sequence[StartingModel] = ()
        self._left = ""  # the start that another network has taken the place of
        self.switched = QLabel(objectName="muted", wordWrap=True)  # stands beside the networks
        self.switched.hide()
        self.name = QLineEdit(placeholderText=tr("made from the folder and the network"))
        self.start = QComboBox()
        self.choose = QPushButton(tr("A file…"), autoDefault=False, clicked=self.choose_file)
        self.follows = ToneLabel()
        self.note = QLabel(objectName="muted", wordWrap=True)
        self.name_problem = QLabel(objectName="fieldProblem", wordWrap=True)
        grid = QGridLayout(self, horizontalSpacing=14, verticalSpacing=8)
        grid.setContentsMargins(0, 0, 0, 0)
        for row, (words, control) in enumerate(
            ((tr("Start from"), self.start), (tr("Name of the model"), self.name))
        ):
            label = QLabel(words)
            label.setBuddy(control)
            control.setAccessibleName(words)
            control.setFixedWidth(WIDTH)
            grid.addWidget(label, 3 * row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(control, 3 * row, 1)
        grid.addWidget(self.choose, 0, 2)
        grid.addWidget(self.follows, 1, 1, 1, 3)
        grid.addWidget(self.note, 2, 1, 1, 3)
        grid.addWidget(self.name_problem, 4, 1, 1, 3)
        grid.setColumnStretch(3, 1)
        calm(self.start)
        self.start.activated.connect(lambda _index: self._choose(self.start.currentData()))
        self.name.editingFinished.connect(lambda: draft.change("model", name=self.name.text().strip()))
        draft.changed.connect(self._changed)
        self._show()

    def set_installed(self, models: Sequence[StartingModel]) -> None:
        """Offer the installed models."""
        self._installed = models
        self._show()

    def choose_file(self) -> None:
        """Ask for a file of weights, or a model, and start from it."""
        path, _filter = QFileDialog.getOpenFileName(
            self.window(), tr("Start from a file"), "", f"{tr('Models and weights')} ({FILES})"
        )
        if path:
            self._choose(path)

    def _choose(self, start: str) -> None:
        """Take over a start, and the network that belongs to it where that is known."""
        changes = {"start": start}
        if network := self._network_of(start):
            changes["architecture"] = network
        self._left = ""
        self.switched.hide()
        self._draft.change("model", **changes)
        self._show()

    def choose_network(self, network: str) -> None:
        """Take over a network; a start without weights for it gives way to another, which is said."""
        start = self._left if self._left and self._network_of(self._left) == network else ""
        before = self._draft.config.model.start
        if not start and (self._network_of(before) or network) != network:
            self._left = before
            start = "imagenet" if ARCHITECTURES[network].network else "none"
        elif before == "imagenet" and not ARCHITECTURES[network].network:
            start = "none"
        changes = {"start": start} if start else {}
        if start == self._left:
            self._left = ""
        self._draft.change("model", architecture=network, **changes)
        self._show()
        if start:
            words = next(words for words, name in self._starts() if name == start)
            sentence = tr("Starting point for {network}: {start}.")
            self.switched.setText(sentence.format(network=ARCHITECTURES[network].title, start=words))
        self.switched.setVisible(bool(start))

    def _network_of(self, start: str) -> str:
        """Return the network of the installed model that is called `start`, or ""."""
        models = (m for m in self._installed if m.name == start or (start == "bundled" and m.is_default))
        found = next((model.architecture for model in models), "")
        return found if found in ARCHITECTURES else ""

    def show_examined(self, found: Examined) -> None:
        """Show what follows from the start, or why there is none."""
        problem = found.problems.get("start", "")
        self.name_problem.setText(found.problems.get("name", ""))
        self.name_problem.setVisible("name" in found.problems)
        if problem or found.model is None:
            self.follows.say(problem, "error")
            return
        taken = found.model.input
        side = f"{taken.size} × {taken.size}"
        words = tr("Input of {side} pixels. Preprocessing: {preprocessing}.")
        if taken.frame == LUNGS:
            self.follows.say(tr("Input of {side} pixels, cropped to the lungs.").format(side=side))
            return
        lines = [words.format(side=side, preprocessing=say(CHOICES[taken.preprocessing]))]
        if taken.preprocessing != "architecture" and taken.seen_size != taken.size:
            lines.append(
                tr("The network sees {seen} × {seen} pixels of it, without the rim.").format(
                    seen=taken.seen_size
                )
            )
        self.follows.say(" ".join(lines))

    def _changed(self, tables: frozenset[str]) -> None:
        if "model" in tables:
            self._show()

    def _show(self) -> None:
        model = self._draft.config.model
        if not self.name.hasFocus():
            self.name.setText(model.name)
        self.start.clear()
        for words, start in self._starts():
            self.start.addItem(words, start)
        if self.start.findData(model.start) < 0:
            self.start.addItem(tr("The file {name}").format(name=Path(model.start).name), model.start)
        self.start.setCurrentIndex(self.start.findData(model.start))
        self.note.setText(self._note())
        self.note.setVisible(bool(self.note.text()))

    def _starts(self) -> list[tuple[str, str]]:
        starts = [(tr("The model that comes with cxrview"), "bundled")]
        for model in self._installed:
            if not model.is_default:
                starts.append((tr("The model “{name}”").format(name=model.name), model.name))
        starts.append((tr("Weights of photographs (ImageNet)"), "imagenet"))
        starts.append((tr("Nothing: random weights"), "none"))
        return starts

    def _note(self) -> str:
        model = self._draft.config.model
        if model.start == "imagenet":
            megabytes = round(ARCHITECTURES[model.architecture].parameters * 4 / 1e6)
            return tr(
                "Keras fetches these weights from the internet when the training begins (about {size} MB), "
                "unless they are on this computer already. Without a connection the training ends there with "
                "a message; a file of the weights will do as well."
            ).format(size=megabytes)
        if model.start == "none":
            return tr("The network begins without any knowledge; it then takes many images and epochs.")
        return ""
