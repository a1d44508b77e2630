"""A tool for each kind of annotation."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cxrview.annotations.annotation import KINDS, CardiothoracicRatio
from cxrview.gui.viewer.annotate.draw_tools import DrawTool
from cxrview.gui.viewer.annotate.layer import AnnotationLayer
from cxrview.gui.viewer.annotate.ratio_tool import Propose, RatioTool

if TYPE_CHECKING:
    from cxrview.gui.viewer.canvas import Canvas


def draw_tools(
    layer_of: Callable[["Canvas"], AnnotationLayer],
    leave: Callable[[], None],
    say: Callable[[str], None],
    propose_thorax: Propose,
) -> dict[str, DrawTool]:
    """Return a tool for each kind of annotation, by its name."""
    tools = {name: DrawTool(kind, layer_of, leave, say) for name, kind in KINDS.items()}
    return tools | {CardiothoracicRatio.kind: RatioTool(layer_of, leave, say, propose_thorax)}
