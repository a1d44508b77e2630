"""TorchXRayVision as its own script for folders uses it: one film after the other, DenseNet121 on PyTorch.

    PYTHON benchmarks/torchxrayvision_script.py SIDE FILE…

PYTHON has torchxrayvision. Its weights are not needed: random ones take as long. The network is given images
of SIDE pixels instead of 224, as the model that it is compared with. Says films a second, without the first.
"""

import sys
import time

import torch
import torchxrayvision as xrv

WARM = 4  # films


def image(path: str) -> torch.Tensor:
    """Return the film as its script hands it to the model, (1, H, W)."""
    if not path.endswith(".dcm"):
        return torch.from_numpy(xrv.utils.load_image(path))
    film = xrv.utils.read_xray_dcm(path)[None]
    return torch.from_numpy(xrv.datasets.XRayCenterCrop()(film)).float()


def main() -> None:
    side, films = int(sys.argv[1]), sys.argv[2:]

    def shrunk(images: torch.Tensor, _side: int, _model: object) -> torch.Tensor:
        return torch.nn.functional.interpolate(images, size=(side, side), mode="bilinear")

    xrv.models.fix_resolution = shrunk
    model = xrv.models.DenseNet(weights=None).eval()
    for number, path in enumerate(films):
        if number == WARM:
            begin = time.perf_counter()
        with torch.no_grad():
            model(image(path).unsqueeze(0)).cpu().numpy()
    print((len(films) - WARM) / (time.perf_counter() - begin))


if __name__ == "__main__":
    main()
