"""The shortcut audit of networks that were trained on drawn chests, with and without a planted shortcut."""

import pytest

pytest.importorskip("keras")  # before the modules that need it

from cxrview.anatomy import LungFinder
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import find_items
from cxrview.evaluation import messages
from cxrview.evaluation.audit.films import FilmsToAudit
from cxrview.evaluation.audit.page import audit_caveats, lungs_not_needed
from cxrview.evaluation.audit.report import audit_report
from cxrview.evaluation.predict import answer_files
from cxrview.inference.predictor import Predictor
from cxrview.training.config import PhaseConfig
from cxrview.training.run import worker
from tests.training import planted
from tests.training.runs import Listener, tiny_config, with_model

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

EPOCHS = 15


def audited(draw, tmp_path):
    """Train a small network on 200 films, and return its audit on 60 others, with what is said of it."""
    planted.write_task(tmp_path / "films", draw, 200)
    planted.write_task(tmp_path / "others", draw, 260)  # of which the first 200 are the same
    for path in sorted((tmp_path / "others").rglob("*.png"), key=lambda path: path.stem)[:200]:
        path.unlink()
    config = tiny_config(tmp_path / "films", PhaseConfig("all", EPOCHS, 1e-3), patience=0, choose_by="loss")
    config = with_model(config, name="planted", pooling="flatten", hidden=(16,), input_size=64)
    worker.run(config, tmp_path / "run", Listener(), register=False)
    predictor = Predictor.load(str(tmp_path / "run" / "bundle" / "planted"))
    items = find_items(DataConfig(str(tmp_path / "others")))
    films = FilmsToAudit(predictor, items, LungFinder.load())
    answer_files(predictor, items, watchers=(films,))
    (found,) = audit_report({"all": films}, predictor.card.class_names).metrics.values()
    return found, {caveat.message.code for caveat in audit_caveats(found)}


def test_a_network_that_learnt_a_marker_does_not_need_the_lungs(tmp_path):
    found, said = audited(planted.marker, tmp_path)
    assert found["readings"]["whole"]["auc"]["low"] > 0.9
    assert lungs_not_needed(found)
    assert {messages.LUNGS_NOT_NEEDED.code, messages.TEXT_IS_READ.code} <= said


def test_its_twin_that_learnt_the_side_of_an_opacity_does(tmp_path):
    found, said = audited(planted.side, tmp_path)
    assert found["readings"]["whole"]["auc"]["low"] > 0.8
    assert not lungs_not_needed(found)
    assert messages.TEXT_IS_READ.code not in said
