"""Ask a trained network about many images: what it answers, and where it looked."""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.datasets.labelled import LabelledImages
from cxrview.engines.graph.build import head_layers, inference_graph
from cxrview.evaluation.examples import Example, choose_examples, illustrate
from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.imaging import Letterbox
from cxrview.inference.prediction import Prediction
from cxrview.progress import Report, silent
from cxrview.training import messages
from cxrview.training.network.zoo import map_field

BATCH_SIZE = 32


@dataclass(frozen=True, slots=True, eq=False)
class RawAnswers:
    """What the network says about N images, not calibrated."""

    logits: NDArray[np.float32]  # (N, C)
    embeddings: NDArray[np.float32]  # (N, D)
    peaks: NDArray[np.float32]  # (N, C), the strongest cell of each class's map


class BatchPredictor:
    """Asks `model` as it is when this is made."""

    def __init__(self, model: keras.Model) -> None:
        self._graph = inference_graph(model)
        self._field = map_field(model)

    def __call__(self, data: LabelledImages, report: Report = silent) -> RawAnswers:
        """Return the answers about every image of `data`, in order.

        Every batch is full, so that the graph is traced once. `report` is called before every batch and may
        raise Cancelled.
        """
        logits, embeddings, peaks = [], [], []
        for start in range(0, len(data), BATCH_SIZE):
            report(start / len(data), messages.IMAGE_OF(number=start + 1, total=len(data)))
            images = np.asarray(data.inputs[start : start + BATCH_SIZE])
            missing = BATCH_SIZE - len(images)
            outputs = self.outputs(np.concatenate([images, np.repeat(images[-1:], missing, axis=0)]))
            logits.append(outputs["logits"][: len(images)])
            embeddings.append(outputs["embedding"][: len(images)])
            peaks.append(outputs["activation_maps"][: len(images)].max(axis=(2, 3)))
        return RawAnswers(np.concatenate(logits), np.concatenate(embeddings), np.concatenate(peaks))

    def examples(self, data: LabelledImages, answers: LabelledPredictions) -> list[Example]:
        """Return the images of `data` that a report shows, with their heatmaps."""
        size = data.images.shape[1]
        letterbox = Letterbox.fit(size, size, size)

        def predict(index: int) -> tuple[NDArray[np.uint8], Prediction]:
            given = np.asarray(data.inputs[index])[None]
            outputs = {name: values[0] for name, values in self.outputs(given).items()}
            return np.ascontiguousarray(data.films[index]), Prediction(
                class_names=data.class_names,
                probabilities=answers.probabilities[index].astype(np.float32),
                logits=outputs["logits"],
                activation_maps=outputs["activation_maps"],
                embedding=outputs["embedding"],
                in_domain=answers.in_domain is None or bool(answers.in_domain[index]),
                domain_score=float("nan"),
                domain_percentile=float("nan"),
                objections=(),
                letterbox=letterbox,
                field=self._field,
                model="",
                model_version="",
                engine="keras",
                device="",
                elapsed_ms=0.0,
            )

        return illustrate(answers, choose_examples(answers), predict)

    def outputs(self, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return what the inference graph gives for `images`, (N, …) as the model takes them, by name."""
        outputs = self._graph.predict_on_batch(np.asarray(images))
        return {name: np.array(values, dtype=np.float32) for name, values in outputs.items()}


def shift_logits(model: keras.Model, biases: NDArray[np.float64]) -> None:
    """Add `biases` (C,) to the logits of `model`, for good: they go into its last layer."""
    bias = head_layers(model)[-1].bias
    bias.assign(keras.ops.convert_to_numpy(bias) + biases.astype(np.float32))
