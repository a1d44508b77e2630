"""How a training ended, and what can be done now."""

from PySide6.QtWidgets import QPushButton

from cxrview.gui.training.run.parts import Ending
from cxrview.gui.training.runs import Run
from cxrview.gui.training.texts import outcome_text
from cxrview.gui.training.training_process import ProcessOutcome
from cxrview.i18n import tr


class RunEnding(Ending):
    """A sentence with buttons to go on with the training, to begin another, or to see what came out."""

    def __init__(self) -> None:
        self.resume = QPushButton(tr("Resume"))
        self.finish = QPushButton(tr("Finish with the best epoch"))
        self.finish.setToolTip(tr("No more epochs: make the model of the best one so far."))
        self.again = QPushButton(tr("Train again"))
        self.again.setToolTip(tr("Begin another run. This one stays where it is."))
        self.result = QPushButton(tr("Show the result"), objectName="primary")
        super().__init__((self.resume, self.finish, self.again, self.result))

    def show_run(self, run: Run) -> None:
        """Tell how `run`, which has ended, did so."""
        progress = run.progress
        outcome = run.outcome or ProcessOutcome("stopped", resumable=True)
        if run.outcome is None and progress.finished is not None:
            outcome = ProcessOutcome("finished")
        self.tell(outcome.kind, *outcome_text(outcome, progress))
        done = outcome.kind == "finished"
        goes_on = not done and (outcome.resumable or outcome.kind == "stopped")
        self.resume.setVisible(goes_on)
        self.finish.setVisible(goes_on and bool(progress.epochs))
        self.result.setVisible(done)
