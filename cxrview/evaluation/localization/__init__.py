"""Whether a model's heat lies where readers saw the disease: on boxes and lung masks, with the worst films"""

from cxrview.evaluation.localization.measures import measure, measure_film

__all__ = ["measure", "measure_film"]
