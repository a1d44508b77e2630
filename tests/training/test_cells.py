"""What places of a film are said to show, and what it costs to say otherwise."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines.graph.build import inference_graph
from cxrview.errors import InvalidRequest
from cxrview.training import messages
from cxrview.training.config import ModelConfig, RecipeConfig, TrainingConfig
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve
from cxrview.training.recipe.cells import (
    OUTSIDE,
    CellLoss,
    CellTargets,
    cell_targets,
    normal_class,
    with_cells,
)
from cxrview.training.recipe.objective import OneOfThese, loss
from tests.refusals import refused

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

COVID, NORMAL, OTHER = np.eye(3, dtype=np.float32)
ONE_OF_TWO = COVID + OTHER
PLACE = 8  # pixels


def film(lungs=(slice(1, 5), slice(0, 6)), box=(slice(1, 3), slice(2, 4))):
    """Return a framed film of 6 × 6 places with `lungs` and a `box`, given in places, (48, 48, 3)."""
    image = np.zeros((6, 6, 3), np.uint8)
    image[..., 0] = 90
    image[(*lungs, 1)] = 255
    image[(*box, 2)] = 255
    return image.repeat(PLACE, axis=0).repeat(PLACE, axis=1)


def truth(image, target, boxed=True, normal=1, exclusive=True):
    made = CellTargets(6, 6, normal, exclusive)(image[None], target[None], np.array([boxed]))
    assert made.shape == (1, 6, 6, len(target) + 2)
    return made[0, ..., :-2], made[0, ..., -2], made[0, ..., -1]


def test_a_box_has_the_films_class_and_the_lungs_beside_it_have_none():
    classes, known, outside = truth(film(), COVID)
    inside = np.zeros((6, 6), bool)
    inside[1:3, 2:4] = True
    lungs = np.zeros((6, 6), bool)
    lungs[1:5] = True
    np.testing.assert_array_equal(known, lungs)
    np.testing.assert_array_equal(outside, ~lungs)
    np.testing.assert_array_equal(classes[inside], np.tile(COVID, (4, 1)))
    np.testing.assert_array_equal(classes[lungs & ~inside], np.tile(NORMAL, (20, 1)))
    assert not classes[~lungs].any()


@pytest.mark.parametrize("shift", [(0, 0), (1, 0), (-1, 2)])
def test_targets_move_with_the_film(shift):
    moved = np.roll(film(), np.multiply(shift, PLACE), axis=(0, 1))
    for one, other in zip(truth(film(), COVID), truth(moved, COVID), strict=True):
        np.testing.assert_array_equal(np.roll(one, shift, axis=(0, 1)), other)
    turned = np.rot90(film()).copy()
    np.testing.assert_array_equal(np.rot90(truth(film(), COVID)[0]), truth(turned, COVID)[0])


def test_a_place_that_a_box_covers_in_part_is_not_known():
    image = np.roll(film(), PLACE // 2, axis=1)
    image[..., 1] = film()[..., 1]
    classes, known, _ = truth(image, COVID)
    assert known[1].tolist() == [1, 1, 0, 1, 0, 1]
    assert classes[1].argmax(1).tolist()[3] == 0


def test_films_without_boxes_tell_of_normal_lungs_only():
    without = film(box=(slice(0, 0), slice(0, 0)))
    classes, known, _ = truth(without, NORMAL, boxed=False)
    np.testing.assert_array_equal(known, without[::PLACE, ::PLACE, 1] > 0)
    np.testing.assert_array_equal(classes[known > 0], np.tile(NORMAL, (24, 1)))
    assert not truth(without, COVID, boxed=False)[1].any()
    classes, known, _ = truth(film(), ONE_OF_TWO)
    assert known.sum() == 20  # all but the box
    assert (classes[known > 0] == NORMAL).all()
    assert truth(film(), COVID, normal=None)[1].sum() == 4  # the box alone
    # Where classes go together, healthy places have none of them.
    classes, known, _ = truth(film(), COVID, normal=None, exclusive=False)
    assert known.sum() == 24
    assert classes.sum() == 4
    assert truth(film(), 0 * COVID, boxed=False, normal=None, exclusive=False)[1].sum() == 24


def test_the_loss_of_places_is_that_of_numpy():
    random = np.random.default_rng(0)
    targets = np.array([COVID, NORMAL, COVID])
    films = np.stack([film(), film(), film()])
    made = CellTargets(6, 6, 1, True)(films, targets, np.array([True, False, False]))
    logits = random.normal(size=(3, 6, 6, 3)).astype(np.float32)
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    known = made[..., -2]
    entropy = -(made[..., :-2] * log_p).sum(-1)
    wanted = 0.3 * entropy[known > 0].mean() + OUTSIDE * ((logits**2).mean(-1) * made[..., -1]).mean()
    given = keras.ops.convert_to_numpy(CellLoss(0.3, True)(made, logits))
    assert given == pytest.approx(wanted, rel=1e-3)
    both = keras.ops.convert_to_numpy(CellLoss(0.3, False)(made, logits))
    single = np.logaddexp(0, logits) - made[..., :-2] * logits
    wanted = 0.3 * single.mean(-1)[known > 0].mean() + OUTSIDE * ((logits**2).mean(-1) * made[..., -1]).mean()
    assert both == pytest.approx(wanted, rel=1e-3)
    made[..., -2:] = 0  # nothing is known, and all is lung
    assert keras.ops.convert_to_numpy(CellLoss(0.3, True)(made, logits)) == 0


def test_one_of_several_costs_half_the_surprise_that_it_is_none_of_them():
    logits = np.random.default_rng(1).normal(size=(3, 3)).astype(np.float32)
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    truth = np.array([COVID, ONE_OF_TWO, OTHER])
    smooth = truth * 0.9 + 0.1 / 3
    each = [-(smooth[0] * np.log(p[0])).sum(), -0.5 * np.log(p[1, 0] + p[1, 2]), 0]
    each[2] = -(smooth[2] * np.log(p[2])).sum()
    given = keras.ops.convert_to_numpy(OneOfThese(0.1)(truth, logits))
    assert given == pytest.approx(np.mean(each), rel=1e-5)
    certain = keras.ops.convert_to_numpy(loss(True, 0.1)(truth[::2], logits[::2]))
    assert keras.ops.convert_to_numpy(OneOfThese(0.1)(truth[::2], logits[::2])) == pytest.approx(certain)
    assert isinstance(loss(True, 0.1, several=True), OneOfThese)
    assert not isinstance(loss(False, 0.1, several=True), OneOfThese)


@pytest.mark.parametrize(
    ("names", "named", "wanted"),
    [
        (("covid19", "Normal"), "", 1),
        (("No finding", "opacity"), "", 0),
        (("normal", "healthy", "ill"), "", None),
        (("a", "b"), "", None),
        (("a", "b"), "b", 1),
    ],
)
def test_the_class_without_disease(names, named, wanted):
    assert normal_class(names, TrainingConfig(recipe=RecipeConfig(normal_class=named))) == wanted


def test_a_class_without_disease_that_there_is_not_is_refused():
    with refused(InvalidRequest, messages.NO_NORMAL_CLASS(name="c")):
        normal_class(("a", "b"), TrainingConfig(recipe=RecipeConfig(normal_class="c")))


@pytest.mark.parametrize("hidden", [(), (8,)], ids=["linear", "two-layer"])
def test_the_head_is_asked_about_every_place(hidden):
    config = ModelConfig(architecture="small-cnn", start="none", input_size=64, frame="lungs", hidden=hidden)
    model = zoo.build(resolve(config), 3)
    net = with_cells(model, 0.3)
    assert [variable.path for variable in net.trainable_variables] == [
        variable.path for variable in model.trainable_variables
    ]
    image = np.full((1, 64, 64, 2), 255, np.uint8)
    image[..., 0] = np.random.default_rng(0).integers(0, 256, (64, 64))
    image[:, :, :32, 1] = 0
    outputs = net(image, training=False)
    cells, logits = (keras.ops.convert_to_numpy(outputs[name])[0] for name in ("cells", "logits"))
    assert cells.shape == (16, 16, 3)
    np.testing.assert_allclose(logits, keras.ops.convert_to_numpy(model(image))[0], atol=1e-6)
    if not hidden:  # then what is said of the film is the mean over its lungs
        np.testing.assert_allclose(cells[:, 8:].mean((0, 1)), logits, atol=1e-5)
        maps = keras.ops.convert_to_numpy(inference_graph(model)(image)["activation_maps"])[0]
        assert not maps[:, :, :8].any()
    made = cell_targets(model, ("a", "normal", "b"), TrainingConfig())
    assert (made.rows, made.columns, made.normal) == (16, 16, 1)
