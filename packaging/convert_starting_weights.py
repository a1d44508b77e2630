"""Convert the DenseNet121 in PyPI's `ocrd_typegroups_classifier` (Apache-2.0) to a NumPy archive.

Run once, in an environment with PyTorch, on the file `models/densenet121.tgc` of the unpacked wheel:

    python packaging/convert_starting_weights.py densenet121.tgc densenet121.npz

The archive holds the arrays of `features.*` under PyTorch's names, and under `check.input` (1, 3, 64, 64)
and `check.features` (1, 1024) an input with the pooled features that PyTorch makes of it, so that
`cxrview.training.network.weights_file` can prove the loaded network. The file is a pickle: only the classes
named here are let in.
"""

import argparse
import io
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import nn

SAFE_TORCH = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch", "device"): torch.device,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): torch._utils._rebuild_parameter,
    ("torch.storage", "_load_from_bytes"): lambda data: torch.load(
        io.BytesIO(data), map_location="cpu", weights_only=True
    ),
    ("torch.nn.modules.container", "Sequential"): nn.Sequential,
    ("torch.nn.modules.conv", "Conv2d"): nn.Conv2d,
    ("torch.nn.modules.batchnorm", "BatchNorm2d"): nn.BatchNorm2d,
    ("torch.nn.modules.activation", "ReLU"): nn.ReLU,
    ("torch.nn.modules.pooling", "MaxPool2d"): nn.MaxPool2d,
    ("torch.nn.modules.pooling", "AvgPool2d"): nn.AvgPool2d,
    ("torch.nn.modules.linear", "Linear"): nn.Linear,
}


class DenseLayer(nn.Sequential):
    """One layer of a dense block: its output is its input with the new channels behind it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (N, C + growth, h, w)."""
        return torch.cat([x, super().forward(x)], 1)


class Anything:
    """Stands in for the classes of the package, of which only the attributes are wanted."""

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)


class RestrictedUnpickler(pickle.Unpickler):
    """Builds nothing but PyTorch layers, tensors and inert stand-ins."""

    def find_class(self, module: str, name: str) -> object:
        """Return the class that stands for `module.name`; UnpicklingError if it is not expected."""
        if (module, name) in SAFE_TORCH:
            return SAFE_TORCH[module, name]
        if module == "ocrd_typegroups_classifier.network.densenet":
            stand_ins = {"_DenseLayer": DenseLayer, "DenseNet": nn.Module}
            return stand_ins.get(name, type(name, (nn.Sequential,), {}))
        if module.startswith("ocrd_typegroups_classifier."):
            return type(name, (Anything,), {})
        raise pickle.UnpicklingError(f"unexpected {module}.{name}")


def main() -> None:
    """Convert the file named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    with arguments.source.open("rb") as file:
        network = RestrictedUnpickler(file).load().network
    features = network._modules["features"].eval()
    arrays = {f"features.{name}": value.numpy() for name, value in features.state_dict().items()}
    sample = np.random.default_rng(0).standard_normal((1, 3, 64, 64)).astype(np.float32)
    with torch.no_grad():
        pooled = torch.relu(features(torch.from_numpy(sample))).mean((2, 3))
    arrays |= {"check.input": sample, "check.features": pooled.numpy()}
    np.savez(arguments.target, **arrays)
    print(f"{len(arrays) - 2} arrays, {sum(value.size for value in arrays.values()):,} numbers")


if __name__ == "__main__":
    main()
