"""The layers of a bundle's network as a table, on request: this needs Keras."""

from pathlib import Path

from cxrview.engines import libraries, registry
from cxrview.errors import EngineUnavailable, UnusableModel
from cxrview.training import messages


def bundle_summary(folder: Path) -> str:
    """Return the layers of the bundle in `folder`, with their shapes and numbers of parameters.

    Raises UnusableModel if it has no Keras file or an unsafe one, EngineUnavailable without Keras.
    """
    path = folder / "model.keras"
    if not path.is_file():
        raise UnusableModel(messages.NO_LAYERS_KNOWN, path=folder)
    if (missing := registry.engine_type("keras").missing()) is not None:
        raise EngineUnavailable(missing)
    libraries.tensorflow()
    from cxrview.engines.graph.load import load_model
    from cxrview.training.network.zoo import summary_text

    return summary_text(load_model(path))
