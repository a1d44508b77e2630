"""The switch between the whole film and the lungs: what it does, and why it stands as it does."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from cxrview.datasets.lung_sample import LungSample
from cxrview.gui.panels.verdict import ToneLabel
from cxrview.gui.training.draft import AS_START, LUNGS, Draft
from cxrview.i18n import tr, trn
from cxrview.training.preflight import Examined

FILM = "film"


class LungSwitch(QWidget):
    """Until the user has decided it follows the model that the training starts from, and the images."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self._examined: Examined | None = None
        self.switch = QCheckBox(tr("Read the lungs only"))
        words = tr(
            "A small network finds the lungs, and the image is cropped to them. Only what lies in them "
            "counts, so that the model learns nothing from shoulders, arms or letters at the edge. Each "
            "image takes a moment longer, and what lies beside the lungs, such as a broken arm, cannot be "
            "learnt."
        )
        self.switch.setAccessibleDescription(words)
        self.why = ToneLabel()
        self.boxes = QLabel(objectName="muted", wordWrap=True)
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (QLabel(words, objectName="muted", wordWrap=True), self.why, self.boxes):
            column.addWidget(part)
        self.switch.clicked.connect(lambda on: draft.set_frame(LUNGS if on else FILM))
        draft.changed.connect(lambda _tables: self._settle())
        draft.lungs_changed.connect(lambda _found: self._settle())
        self._show()

    def show_examined(self, found: Examined) -> None:
        """Take over what the model that the training starts from is given."""
        self._examined = found
        self._settle()

    @property
    def _start(self) -> str:
        """The frame of the model that the training starts from, "" if it has none."""
        return self._examined.start_frame if self._examined is not None else ""

    @property
    def _is_on(self) -> bool:
        frame, found = self._draft.config.model.frame, self._examined
        if frame == AS_START and found is not None and found.model is not None:
            frame = found.model.input.frame
        return frame == LUNGS

    def _settle(self) -> None:
        """Let the draft be as usual for its start and images, unless the user has decided."""
        draft = self._draft
        if not draft.frame_is_asked:
            draft.set_frame(usual(self._start, draft.lungs), asked=False)
        self._show()

    def _show(self) -> None:
        on, found = self._is_on, self._draft.lungs
        self.switch.setChecked(on)
        text, tone = self._reason(on, found)
        self.why.say(text, tone)
        self.why.setVisible(bool(text))
        boxed = found.boxed if found is not None else 0
        self.boxes.setText(_boxes(on and self._draft.config.recipe.cell_weight > 0, boxed))
        self.boxes.setVisible(bool(boxed))

    def _reason(self, on: bool, found: LungSample | None) -> tuple[str, str]:
        """Return why the switch stands as it does, and the tone of that."""
        share = _share(found)
        if found is not None and found.looked and not found.are_chests:
            if on:
                return f"{share} {tr('What it is cropped to on the others is no lung.')}", "warning"
            return f"{share} {tr('So the whole image is read.')}", ""
        if self._start == LUNGS:
            if on:
                return f"{tr('The model that the training starts from reads the lungs, too.')} {share}", ""
            return tr(
                "The model that the training starts from reads the lungs: this one will not."
            ), "warning"
        if self._start == FILM and not on:
            return tr("The model that the training starts from reads the whole film, too."), ""
        if self._start == FILM:
            words = tr("The model that the training starts from reads the whole film: much is learnt anew.")
            return f"{words} {share}".strip(), ""
        return share, ""


def usual(start: str, found: LungSample | None) -> str:
    """Return the frame of a training whose user has not decided: that of its start, else as the images are.

    Images that are no chest films are never cropped unasked. `start` is "film", "lungs" or "".
    """
    if found is not None and found.looked and not found.are_chests:
        return FILM
    if start or found is None or not found.looked:
        return AS_START
    return LUNGS


def _share(found: LungSample | None) -> str:
    if found is None or not found.looked:
        return ""
    if found.are_chests:
        words = tr("Lungs were found on {found} of {looked} images that were looked at.")
    else:
        words = tr("The lungs of a frontal chest film were found on {found} of {looked} images only.")
    return words.format(found=found.found, looked=found.looked)


def _boxes(learnt: bool, count: int) -> str:
    if learnt:
        words = trn(
            "The table tells for {count} image where the disease is: its boxes teach where to look.",
            "The table tells for {count} images where the disease is: their boxes teach where to look.",
            count,
        )
    else:
        words = trn(
            "The table tells for {count} image where the disease is. If the lungs are read, its boxes "
            "teach where to look.",
            "The table tells for {count} images where the disease is. If the lungs are read, their boxes "
            "teach where to look.",
            count,
        )
    return words.format(count=count)
