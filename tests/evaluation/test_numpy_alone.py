"""What evaluation needs is NumPy: it works where the libraries that training needs are not installed."""

import subprocess
import sys

MEASURING = (
    "cxrview.evaluation.predictions",
    "cxrview.evaluation.bootstrap",
    "cxrview.evaluation.roc",
    "cxrview.evaluation.evaluate",
    "cxrview.evaluation.metrics",
    "cxrview.evaluation.caveats",
    "cxrview.evaluation.report_tables",
    "cxrview.evaluation.operating_point",
)
REPORTING = (
    *MEASURING,
    "cxrview.evaluation.predict",
    "cxrview.evaluation.report",
    "cxrview.evaluation.examples",
    "cxrview.evaluation.plots",
)
HEAVY = ("scipy", "sklearn", "keras", "tensorflow", "PySide6", "pandas")
FOR_PICTURES = ("matplotlib", "jinja2", "cv2", "PIL", "pydicom", "openvino", "onnxruntime")
MEASURE = """
import numpy as np
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.evaluation.evaluate import measure
random = np.random.default_rng(1)
shares = random.dirichlet(np.ones(3), 60)
names = np.array([f"p{number // 2}" for number in range(60)])
said = LabelledPredictions(shares, random.integers(0, 3, 60), names, np.full(60, "a"), names, ("x", "y", "z"))
found = measure(said, {"balanced": {"x": 0.4}}, repeats=50)
assert 0 < found["figures"]["macro_auc"]["low"] < found["figures"]["macro_auc"]["high"] < 1
"""


def run_without(libraries, code):
    """Return what a Python complains of that runs `code` and cannot import `libraries`."""
    blocked = f"import sys\nfor name in {libraries!r}: sys.modules[name] = None\n"
    return subprocess.run([sys.executable, "-c", blocked + code], capture_output=True, text=True).stderr


def test_metrics_intervals_and_curves_need_numpy_alone():
    imports = "".join(f"import {name}\n" for name in MEASURING)
    assert run_without(HEAVY + FOR_PICTURES, imports + MEASURE) == ""


def test_reports_need_neither_scipy_nor_scikit_learn():
    assert run_without(HEAVY, "".join(f"import {name}\n" for name in REPORTING)) == ""


def test_a_blocked_library_is_noticed():
    assert "import of numpy halted" in run_without(("numpy",), "import cxrview.evaluation.roc")
