"""The package of the training core can be imported where TensorFlow is not wanted."""

import subprocess
import sys

LIGHT = (
    "cxrview.datasets",
    "cxrview.datasets.config",
    "cxrview.inference.contract",
    "cxrview.training",
    "cxrview.training.architectures",
    "cxrview.training.augment",
    "cxrview.training.bundle_answers",
    "cxrview.training.checks",
    "cxrview.training.confounding",
    "cxrview.training.dataset",
    "cxrview.training.duplicates",
    "cxrview.training.evaluate",
    "cxrview.training.evaluation_report",
    "cxrview.training.origin",
    "cxrview.training.reading",
    "cxrview.training.registration",
    "cxrview.training.sources",
    "cxrview.training.split",
)


def test_light_modules_do_not_import_keras():
    code = f"import sys, {', '.join(LIGHT)}; print(sorted({{'keras', 'tensorflow'}} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
