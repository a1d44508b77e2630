"""How a search ended, and what can be done now."""

from PySide6.QtWidgets import QPushButton

from cxrview.gui.training.run.parts import Ending
from cxrview.gui.training.runs import Run
from cxrview.gui.training.search.texts import best_of, ending_text
from cxrview.gui.training.training_process import ProcessOutcome
from cxrview.i18n import tr


class SearchEnding(Ending):
    """A sentence with buttons to go on with the search, to make a model of its best, or to begin another."""

    def __init__(self) -> None:
        self.resume = QPushButton(tr("Resume"))
        self.bundle = QPushButton(tr("Make a model of the best"))
        self.again = QPushButton(tr("Search again"))
        self.result = QPushButton(tr("Show the result"), objectName="primary")
        super().__init__((self.resume, self.bundle, self.again, self.result))

    def show_run(self, run: Run) -> None:
        """Tell how `run`, which has ended, did so."""
        progress = run.progress
        outcome = run.outcome or ProcessOutcome("finished" if progress.searched is not None else "stopped")
        self.tell(outcome.kind, *ending_text(outcome, progress))
        self.resume.setVisible(progress.searched is None)
        self.bundle.setVisible(best_of(progress) is not None and progress.finished is None)
        self.result.setVisible(progress.finished is not None)
