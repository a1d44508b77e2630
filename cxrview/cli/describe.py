"""A prediction in words, for a terminal."""

import math

from cxrview import NOTICE
from cxrview.bundle import Card
from cxrview.i18n import percent
from cxrview.inference import call as calls
from cxrview.inference.call import Call
from cxrview.inference.prediction import Prediction


def describe(prediction: Prediction, card: Card, call: Call) -> str:
    """Return the reading as a few lines.

    What it comes to, where the card says more of that than which class is the most probable; the
    probabilities, the domain verdict, model and engine, the notice.
    """
    width = max(len(item.label) for item in card.classes)
    lines = [str(calls.headline(call, card.label))] if calls.decides(card) else []
    if said := calls.remarks(call, card, card.label):
        lines.append(str(said))
    lines += [
        f"{card.label(name):<{width}}  {percent(float(probability)):>6}"
        for name, probability in zip(prediction.class_names, prediction.probabilities, strict=True)
    ]
    lines.append(_domain(prediction))
    timing = f"{prediction.engine} on {prediction.device}, {prediction.elapsed_ms:.0f} ms"
    lines.append(f"{prediction.model} {prediction.model_version} ({card.status}), {timing}")
    return "\n".join([*lines, NOTICE])


def _domain(prediction: Prediction) -> str:
    if prediction.objections:
        return f"{' '.join(prediction.objections)} Do not rely on this reading."
    if math.isnan(prediction.domain_score):
        return "This model cannot tell whether the image is of a kind that it knows."
    if prediction.in_domain:
        nearer = round(prediction.domain_percentile)
        return f"Within the range of the training films ({nearer} % of the validation films lie nearer)."
    return "Not like the films this model was trained on: do not rely on this reading."
