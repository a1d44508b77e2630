"""The notice of what cxrview is not: in full above the viewer, until the user has put it away once."""

from cxrview.gui.panels.strips import Strip
from cxrview.gui.session import stored
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark, tr

NOT_A_DEVICE = mark(
    "cxrview is a tool for research and teaching. It is not a medical device, has not been tested or cleared "
    "as one, and must not be used for diagnosis, treatment or triage of patients. A reading is what a "
    "statistical model computes from pixels; it can be wrong without any sign of it."
)
READ = "notice_read"  # in window.ini


def show_once(bench: Workbench) -> None:
    """Show the notice above the viewer, unless it was put away before, in this or an earlier session."""
    if stored.flag(bench.store, READ, False):
        return
    understood = (tr("Understood"), lambda: bench.strips.take("notice"))
    strip = Strip("triangle-alert", "warning", tr(NOT_A_DEVICE), [understood])
    for button in (strip.cross, *strip.buttons):
        button.clicked.connect(lambda: bench.store.setValue(READ, True))
    bench.strips.put("notice", strip)
