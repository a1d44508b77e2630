"""A checkpoint is whole or not there, whatever happens while it is written."""

import errno
import io
import os
from pathlib import Path

import numpy as np
import pytest

from cxrview.datasets import messages as data_messages
from cxrview.training import messages
from tests.refusals import refused

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.errors import CxrviewError
from cxrview.training.config import RecipeConfig
from cxrview.training.recipe.objective import compile_for
from cxrview.training.run import history as histories
from cxrview.training.run.checkpoint import Checkpoints, replacing
from cxrview.training.run.history import EpochRow, History, merit
from tests.training.stripes import small_network, stripes

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

DATA = stripes((8, 8, 8))
RECIPE = RecipeConfig()


def row(epoch, **metrics):
    values = {"loss": 1.0, "val_loss": 0.5, "val_macro_f1": 0.1 * epoch, "val_macro_auc": float("nan")}
    return EpochRow(1, epoch, 0.01, {**values, **metrics}, 2.5)


def compiled(dropout=0.2, classes=3):
    model = small_network(dropout, classes)
    compile_for(model, RECIPE, True, 0.01)
    return model


def learn(model, seed=0):
    random = np.random.default_rng(seed)
    chosen = random.permutation(len(DATA))[:16]
    model.train_on_batch(DATA.images[chosen], DATA.targets[chosen].astype(np.float32))


def state(model):
    return [keras.ops.convert_to_numpy(item) for item in (*model.variables, *model.optimizer.variables)]


def same(left, right):
    return all(np.array_equal(a, b) for a, b in zip(left, right, strict=True))


def saved(folder, epochs=2):
    """Return a model, its checkpoints in `folder`, and their history, after `epochs` steps."""
    model, store, history = compiled(), Checkpoints(folder), History()
    for epoch in range(1, epochs + 1):
        learn(model, epoch)
        history = history.with_row(row(epoch), RECIPE)
        store.save_best(model, epoch)
        store.save_last(model, model.optimizer, history)
    return model, store, history


def test_everything_comes_back_as_it_was(tmp_path):
    model, _, history = saved(tmp_path)
    store, again = Checkpoints(tmp_path), compiled()
    assert histories.dump(store.history()) == histories.dump(history)
    store.restore_last(again)
    store.restore_optimizer(again.optimizer)
    assert same(state(again), state(model))
    learn(model, 9)
    learn(again, 9)
    np.testing.assert_allclose(state(again)[0], state(model)[0], atol=1e-6)
    store.restore_best(again, history)
    assert same(state(again)[:3], saved(tmp_path / "twin")[0].get_weights()[:3])


def test_one_best_file_stays_and_it_is_the_best(tmp_path):
    model, store, history = saved(tmp_path, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best-0003.npz", "history.json", "last.npz"]
    learn(model, 4)
    worse = history.with_row(row(4, val_macro_f1=0.0), RECIPE)
    store.save_last(model, model.optimizer, worse)
    assert worse.best_epoch == 3
    assert [path.name for path in tmp_path.glob("best-*")] == ["best-0003.npz"]


def test_a_best_file_counts_only_once_the_history_names_it(tmp_path):
    """The process may die between the two files."""
    model, store, history = saved(tmp_path, 1)
    before = state(model)
    learn(model, 2)
    store.save_best(model, 2)
    assert store.history().best_epoch == 1
    again = compiled()
    store.restore_best(again, history)
    assert same(state(again)[: len(model.variables)], before[: len(model.variables)])


class FullDisk(io.BufferedWriter):
    """A file on a disk with room for `left` bytes."""

    left = 3000

    def write(self, data):
        if self.left < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.left -= len(data)
        return super().write(data)


def test_a_full_disk_is_a_clear_message_and_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    model, store, history = saved(tmp_path)
    before, files = state(model), {path: path.read_bytes() for path in tmp_path.iterdir()}
    learn(model, 3)
    monkeypatch.setattr(Path, "open", lambda path, mode: FullDisk(io.FileIO(path, "w")))
    with refused(CxrviewError, data_messages.NO_ROOM) as caught:
        store.save_last(model, model.optimizer, history.with_row(row(3), RECIPE))
    assert caught.error.advice.code == messages.MAKE_ROOM_FOR_EPOCH.code
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files  # and no rest of the new one
    again = compiled()
    store.restore_last(again)
    store.restore_optimizer(again.optimizer)
    assert same(state(again), before)
    assert len(store.history().rows) == 2


def test_an_interrupted_write_leaves_the_old_file(tmp_path):
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def write_half():
        with replacing(target) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_history_that_fell_behind_is_brought_up_to_date(tmp_path):
    _, store, history = saved(tmp_path)
    (tmp_path / "history.json").write_text("{}")
    with refused(CxrviewError, messages.NO_HISTORY):
        histories.load(tmp_path / "history.json")
    store.history()
    assert histories.dump(histories.load(tmp_path / "history.json")) == histories.dump(history)
    assert "NaN" not in (tmp_path / "history.json").read_text()


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    _, store, _ = saved(tmp_path)
    with refused(CxrviewError, messages.OTHER_CHECKPOINT):
        store.restore_last(small_network(classes=4))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", b"\x80\x04cos\nsystem\n."])
def test_a_damaged_or_foreign_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "last.npz").write_bytes(content)
    with refused(CxrviewError, messages.NO_CHECKPOINT):
        Checkpoints(tmp_path).history()


def test_pickled_objects_are_not_read(tmp_path):
    np.savez(tmp_path / "last.npz", history=np.array([{"rows": []}], object))
    with refused(CxrviewError, messages.NO_CHECKPOINT):
        Checkpoints(tmp_path).history()


def test_epochs_are_compared_by_what_was_chosen():
    metrics = {"val_macro_f1": 0.7, "val_loss": 0.4, "val_macro_auc": float("nan"), "external_wrong": 0.5}
    assert merit(metrics, RecipeConfig()) == 0.7
    assert merit(metrics, RecipeConfig(choose_by="loss")) == -0.4
    assert merit(metrics, RecipeConfig(external_penalty=0.4)) == pytest.approx(0.5)
    assert merit(metrics, RecipeConfig(choose_by="macro_auc")) == -np.inf
    history = History()
    for epoch, value in enumerate((0.3, 0.6, 0.6, 0.5), 1):
        history = history.with_row(row(epoch, val_macro_f1=value), RECIPE)
    assert history.best_epoch == 2  # the first of equals
