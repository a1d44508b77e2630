"""The package of the training core can be imported where TensorFlow is not wanted."""

import subprocess
import sys

LIGHT = (
    "cxrview.datasets",
    "cxrview.datasets.config",
    "cxrview.inference.contract",
    "cxrview.training",
    "cxrview.training.network.architectures",
    "cxrview.training.recipe.augment",
    "cxrview.evaluation.predict",
    "cxrview.datasets.checks",
    "cxrview.datasets.confounding",
    "cxrview.datasets.labelled",
    "cxrview.datasets.duplicates",
    "cxrview.evaluation.evaluate",
    "cxrview.evaluation.report",
    "cxrview.training.network.starting_point",
    "cxrview.datasets.decoded",
    "cxrview.datasets.similarity",
    "cxrview.datasets.sources",
    "cxrview.datasets.split",
)


def test_light_modules_do_not_import_keras():
    code = f"import sys, {', '.join(LIGHT)}; print(sorted({{'keras', 'tensorflow'}} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
