"""What the file itself says against its being a frontal chest radiograph.

The distance of the features cannot tell every CT slice or photograph; the header and the pixels often can.
"""

import numpy as np

from cxrview.anatomy import Anatomy
from cxrview.i18n import tr
from cxrview.imaging import Radiograph

# CR, DX and RG are radiography; RF is taken for spot films; OT and SC say nothing about the technique.
POSSIBLE_MODALITIES = frozenset({"", "CR", "DX", "RG", "RF", "OT", "SC"})
CHEST_WORDS = ("CHEST", "THOR", "TORA", "LUNG", "RIB", "HEART")
LATERAL_VIEWS = frozenset({"LL", "RL", "LAT", "LATERAL"})
MIN_SIDE = 100  # pixels of the shorter side
MAX_CHROMA = 12  # mean difference of the colour channels in grey levels; a tinted scan stays below


def objections(radiograph: Radiograph) -> tuple[str, ...]:
    """Return short sentences that say why `radiograph` is no frontal chest radiograph; none if it may be."""
    found = []
    modality = radiograph.identity.modality.strip().upper()
    body_part = radiograph.pictured.body_part.strip().upper()
    view = radiograph.pictured.view_position.strip().upper()
    if modality not in POSSIBLE_MODALITIES:
        found.append(tr("The file says {modality}, not radiography.").format(modality=modality))
    if body_part and not any(word in body_part for word in CHEST_WORDS):
        found.append(tr("The file says {body_part}, not chest.").format(body_part=body_part))
    if view in LATERAL_VIEWS:
        found.append(tr("The file says that the view is lateral."))
    if min(radiograph.shape) < MIN_SIDE:
        height, width = radiograph.shape
        found.append(tr("It has only {width} × {height} pixels.").format(width=width, height=height))
    if radiograph.rgb is not None and _chroma(radiograph.rgb) > MAX_CHROMA:
        found.append(tr("It is a colour picture."))
    return tuple(found)


def against_lungs(anatomy: Anatomy | None) -> tuple[str, ...]:
    """Return what speaks against a film of `anatomy`; None is of a model that does not look for lungs."""
    if anatomy is None:
        return ()
    if not anatomy.found:
        return (tr("No lungs were found: the model was given the whole film."),)
    return () if anatomy.likely else (tr("The lungs found are unlike those of a frontal chest film."),)


def _chroma(rgb: np.ndarray) -> float:
    """Return the mean difference between the strongest and the weakest channel, 0…255."""
    thinned = rgb[::4, ::4].astype(np.int16)
    return float((thinned.max(axis=2) - thinned.min(axis=2)).mean())
