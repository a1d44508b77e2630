"""Layers are folded as a reader of the architecture would fold them."""

from cxrview.engines.keras_network import NetworkLayer
from cxrview.explain.network.stack import heard_at, stacked


def row(*rows: tuple) -> list[NetworkLayer]:
    """Return layers (name, kind, shape[, inputs]), each on the one before unless it says otherwise."""
    made: list[NetworkLayer] = []
    for name, kind, shape, *inputs in rows:
        before = (made[-1].name,) if made else ()
        filters = shape[-1] if kind in ("Conv2D", "Dense") else 0
        active = "relu" if kind == "Activation" else ""
        made.append(NetworkLayer(name, kind, inputs[0] if inputs else before, shape, 1, active, filters))
    return made


DENSENET = row(
    ("lung_framing", "LungFraming", (64, 64, 3)),
    ("zero_padding2d", "ZeroPadding2D", (70, 70, 3)),
    ("conv1_conv", "Conv2D", (32, 32, 8)),
    ("conv1_bn", "BatchNormalization", (32, 32, 8)),
    ("conv1_relu", "Activation", (32, 32, 8)),
    ("zero_padding2d_1", "ZeroPadding2D", (34, 34, 8)),
    ("pool1", "MaxPooling2D", (16, 16, 8)),
    ("conv2_block1_0_bn", "BatchNormalization", (16, 16, 8)),
    ("conv2_block1_1_conv", "Conv2D", (16, 16, 4)),
    ("conv2_block1_concat", "Concatenate", (16, 16, 12), ("pool1", "conv2_block1_1_conv")),
    ("conv2_block2_1_conv", "Conv2D", (16, 16, 4)),
    ("pool2_conv", "Conv2D", (16, 16, 6)),
    ("pool2_pool", "AveragePooling2D", (8, 8, 6)),
    ("embedding", "LungPooling", (6,)),
    ("dropout", "Dropout", (6,)),
    ("head_0", "Dense", (2,)),
)


def test_named_blocks_and_what_keras_named_are_folded_by_the_size_of_their_maps():
    found = [
        (stage.side, [(block.name, len(block.layers)) for block in stage.blocks])
        for stage in stacked(DENSENET)
    ]
    assert found == [
        ((64, 64), [("lung_framing", 1)]),
        ((32, 32), [("conv1", 4)]),
        ((16, 16), [("pool1", 2), ("conv2_block1", 3), ("conv2_block2_1_conv", 1)]),
        ((8, 8), [("pool2", 2)]),
        (None, [("embedding", 2), ("head_0", 1)]),
    ]
    assert [layer for stage in stacked(DENSENET) for layer in stage.layers] == DENSENET


def test_a_block_without_names_begins_at_a_layer_with_filters():
    layers = row(
        ("conv2d", "Conv2D", (8, 8, 4)),
        ("batch_normalization", "BatchNormalization", (8, 8, 4)),
        ("re_lu", "ReLU", (8, 8, 4)),
        ("conv2d_1", "Conv2D", (8, 8, 4)),
        ("activation_1", "Activation", (8, 8, 4)),
    )
    (stage,) = stacked(layers)
    assert [[layer.name for layer in block.layers] for block in stage.blocks] == [
        ["conv2d", "batch_normalization", "re_lu"],
        ["conv2d_1", "activation_1"],
    ]


def test_filters_are_heard_behind_their_own_activation_and_no_further():
    heard = heard_at(DENSENET)
    assert heard["conv1_conv"] == "conv1_relu"
    assert heard["conv2_block1_1_conv"] == "conv2_block1_1_conv"  # others are joined to them
    shared = row(
        ("a", "Conv2D", (8, 8, 4)),
        ("b", "ReLU", (8, 8, 4)),
        ("c", "BatchNormalization", (8, 8, 4)),
        ("d", "Add", (8, 8, 4), ("c", "b")),
    )
    assert heard_at(shared) == {"a": "b"}
