"""Train the network that finds the lungs, write it as the bundle `models/lungs`, and measure that.

    python packaging/train_lungs.py train DATA OUT
    python packaging/train_lungs.py write OUT models/lungs
    python packaging/train_lungs.py evaluate DATA OUT models/lungs

DATA holds `lungs`, films with hand-drawn masks (see `lung_pairs.collect`); `external` and `ood`, from which
nothing is learnt; and `siim`, whose readers drew a box around the lungs. OUT gets the pairs, the state of the
training after each epoch, from which a stopped one goes on, and `figures.json`; the figures are also written
into the bundle's card and into docs/model.md. The training takes half an hour on two cores.
"""

import argparse
import json
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "model.md"


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for do, places in (
        (train, ("data", "out")),
        (write, ("out", "bundle")),
        (evaluate, ("data", "out", "bundle")),
    ):
        command = commands.add_parser(do.__name__, help=do.__doc__)
        command.set_defaults(do=do)
        for place in places:
            command.add_argument(place, type=Path)
    arguments = vars(parser.parse_args())
    del arguments["command"]
    arguments.pop("do")(**arguments)


def train(data: Path, out: Path) -> None:
    """Collect the pairs, once, and train; a training that was stopped goes on after its last epoch."""
    import lung_network
    from lung_pairs import Pairs, collect

    out.mkdir(parents=True, exist_ok=True)
    stored = out / "pairs.npz"
    if not stored.exists():
        collect(data / "lungs", [data / "external", data / "ood"]).save(stored)
    lung_network.train(Pairs.load(stored), out)


def write(out: Path, bundle: Path) -> None:
    """Write the trained network as a bundle."""
    import lung_bundle
    import lung_network
    from lung_pairs import Pairs

    lung_bundle.write(lung_network.trained(out), Pairs.load(out / "pairs.npz"), bundle)


def evaluate(data: Path, out: Path, bundle: Path) -> None:
    """Measure the bundle on films that the training has not seen."""
    import lung_bundle
    import lung_page
    import lung_scores
    from lung_pairs import Pairs

    figures = lung_scores.measure(bundle, data, Pairs.load(out / "pairs.npz"))
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    lung_bundle.add_figures(bundle, figures)
    lung_page.write(figures, PAGE)


if __name__ == "__main__":
    main()
