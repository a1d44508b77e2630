"""Whether a model's heat lies where the readers saw the disease: boxes and lung masks, intervals, the worst films"""

from cxrview.evaluation.localization.measures import measure, measure_film

__all__ = ["measure", "measure_film"]
