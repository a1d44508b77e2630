"""Train the bundled interim model and write its bundle.

    python packaging/train_interim_model.py --data DIR --weights NPZ --out models/cxr-densenet121

`--data` holds `cxr`, `external` and `ood`, each with a `manifest.csv`; `--weights` is what
`convert_starting_weights.py` makes. With `--checkpoint` the training is left out and the bundle made from
the weight file of an earlier run.
"""

import argparse
import dataclasses
import sys
import time
import tomllib
from pathlib import Path
from tempfile import gettempdir

import tensorflow as tf

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cxrview.training import run
from cxrview.training.recipe import Recipe, recalibrate_batchnorm
from cxrview.training.weights import load_densenet121

DESCRIPTION = Path(__file__).with_name("interim_model.toml")


def reporter(every_s: float = 20.0):
    """Return a Report that prints a line at most every `every_s` seconds, results of epochs always."""
    start = shown = time.monotonic()

    def report(fraction: float, text: str) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown >= every_s or text.startswith("Epoch"):
            shown = now
            print(f"{now - start:6.0f} s  {fraction:4.0%}  {text}", file=sys.stderr, flush=True)

    return report


def main() -> None:
    """Train, choose the best epoch, and write the bundle."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path(gettempdir()) / "cxrview-interim")
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--checkpoint", type=Path, help="weights of an earlier run")
    parser.add_argument("--epoch", type=int, default=0, help="the epoch of --checkpoint, for the card")
    arguments = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    content = tomllib.loads(DESCRIPTION.read_text("utf-8"))
    description, choices = content["card"], Recipe(**content["recipe"])
    names = tuple(item["name"] for item in description["classes"])
    report = reporter()
    collection = run.load_collection(arguments.data, names, choices.input_size, report)
    model = run.new_model(choices, len(names))
    if arguments.checkpoint:
        model.load_weights(arguments.checkpoint)
        recalibrate_batchnorm(model, collection.train, choices)
        chosen = run.judge(run.answering(model), collection, arguments.epoch, arguments.checkpoint)
    else:
        load_densenet121(model, arguments.weights)
        results = run.train(model, collection, choices, arguments.work, report)
        usable = [result for result in results if result.balanced_accuracy >= 0.7] or results
        chosen = max(usable, key=lambda result: result.merit)
        model.load_weights(chosen.weights)
    print(chosen, file=sys.stderr)
    training = dataclasses.asdict(choices) | content["training"] | {"epoch_chosen": chosen.epoch}
    run.finish(model, collection, description, training, arguments.out, report)


if __name__ == "__main__":
    main()
