"""Which class a heatmap shows as long as nobody has chosen one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrview.inference.call import Call
    from cxrview.inference.prediction import Prediction


def followed(prediction: "Prediction", call: "Call | None" = None) -> str:
    """Return the class that the image is called, or the most probable one where it is called nothing."""
    return (call.name if call is not None else "") or prediction.predicted
