"""Which lungs are those of a chest film: the fit, what it refuses, and the words about it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from page_section import filled, put, table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from cxrview.anatomy import regions
from cxrview.anatomy.measures import NAMES, measured
from cxrview.anatomy.plausibility import Plausibility, terms

QUANTILE = 0.996  # of the scores of adults' films that were learnt from: the limit
STRENGTH = 0.3  # of the fit: the inverse of the ridge, as scikit-learn counts it
CHILDREN = "kermany"
EXTERNAL = "cohen-frontal"
OF_PYDICOM = "RG1"
SOME_TURNED = "covidx"  # of whose films some lie on their side: they stand apart from other adults
OTHERS = ("ood, ", "pydicom")  # how the sources begin that are no chest films
ADULTS_CALLED_CHILDREN = 0.02  # at most
TITLES = {  # in the table, where the name alone does not say it
    "adults": "**adults**, of the five places below",
    "children": "**children** (`kermany`)",
    EXTERNAL: "`external`",
    "pydicom": "pydicom's other images",
    OF_PYDICOM: "pydicom's chest film, in four forms",
}
HEADING = "## Are these the lungs of a chest film?"
ABOUT = """\
The lung network finds lungs on almost anything. So what it finds is measured ({measures} numbers that do not
depend on the size of the film: shares, ratios and distances in the box around both lungs, greys in and
around them), and a logistic regression on these numbers and their squares says whether they are like those
of a frontal chest film. A model that reads lungs calls a film foreign where they are not. It learnt from
every second group of films: {chests:,} chest films against {against:,} turned, cut and other ones, among
these half of `ood`. Its limit lets {quantile} % of the adults' films pass that it learnt from.
`packaging/lung_plausibility.py` makes it, and this table of films that it did not learn from. Of `covidx`
some films lie on their side, and are refused for that; it stands apart from the other adults. The greys were
taken in after the counts of the second half of `ood` had been seen, so these are a little too kind; what
passes there are CT slices along the body, with both lungs upright.
"""
OF_CHILDREN = """\
Children: a logistic regression on the same numbers tells films of children from those of adults, of places
that it knows, with an AUC of {auc:.3f}: it calls {children:.0f} % of the children so and {adults:.1f} % of
the adults. But at another place, `external`, it calls {external:.0f} % so, and all the children are of one
hospital, whose films are framed alike. It may be the hospital that it knows, so nothing is said of a film.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """N films as the network sees them, and what they are.

    `squares` is (N, S, S) uint8, `boxes` (N, 4) where the film lies in it (left, top, right, bottom), `kinds`
    what was done to the film, "" if nothing; `learnt` says which may be learnt from.
    """

    squares: NDArray[np.uint8]
    boxes: NDArray[np.int64]
    sources: NDArray[np.str_]
    kinds: NDArray[np.str_]
    learnt: NDArray[np.bool_]

    def save(self, path: Path) -> None:
        """Write an archive that `load` reads."""
        np.savez_compressed(path, **{name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def load(cls, path: Path) -> "Squares":
        """Read what `save` wrote."""
        with np.load(path) as stored:
            return cls(**{name: stored[name] for name in cls.__slots__})

    @property
    def chest(self) -> NDArray[np.bool_]:
        """Which films are frontal chest films as they should be, (N,)."""
        others = [np.char.startswith(self.sources, name) for name in OTHERS]
        return (self.kinds == "") & ~np.any(others, axis=0)

    @property
    def child(self) -> NDArray[np.bool_]:
        """Which films are of children, (N,)."""
        return self.sources == CHILDREN

    def inside(self, masks: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return `masks`, (N, S, S), without what lies beside the films."""
        inside = np.zeros_like(masks)
        for to, mask, (left, top, right, bottom) in zip(inside, masks, self.boxes, strict=True):
            to[top:bottom, left:right] = mask[top:bottom, left:right]
        return inside

    def measured(self, masks: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the measures of every film's mask, (N, M)."""
        every = zip(masks, self.squares, self.boxes.tolist(), strict=True)
        return np.stack([measured(mask, square, tuple(box)) for mask, square, box in every])

    @staticmethod
    def found(masks: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return in which masks there are lungs at all, (N,)."""
        return np.array([regions.bounds(regions.kept(mask)) is not None for mask in masks])


def fitted(measures: NDArray[np.float32], films: Squares) -> Plausibility:
    """Return what tells the films to learn from that are chest films from the others."""
    chest = films.chest & films.learnt
    against = ~films.chest & films.learnt
    centre, spread = measures[chest].mean(axis=0), measures[chest].std(axis=0)
    features = terms(measures, centre, spread)
    spoilt = against & (films.kinds != "")
    weight = np.zeros(len(measures))
    for group, share in ((chest, 0.5), (spoilt, 0.25), (against & ~spoilt, 0.25)):
        weight[group] = share * (chest | against).sum() / group.sum()
    model = _regression(features, against, weight)
    scores = features[chest & ~films.child] @ model.coef_[0]
    weights = model.coef_[0].astype(np.float32)
    return Plausibility(centre, spread, weights, float(np.quantile(scores, QUANTILE)))


def _regression(
    features: NDArray[np.float32], wanted: NDArray[np.bool_], weight: NDArray[np.float64]
) -> LogisticRegression:
    """Return the regression on the films of which the weight is not 0."""
    shown = weight > 0
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    return model.fit(features[shown], wanted[shown], sample_weight=weight[shown])


def report(
    plausibility: Plausibility, measures: NDArray[np.float32], found: NDArray[np.bool_], films: Squares
) -> dict[str, Any]:
    """Return what is refused of the films that nothing was learnt from, and what is known of children.

    `found` says on which films, (N,), there are lungs at all.
    """
    refused = ~found | (plausibility.score(measures) > plausibility.limit)
    names = np.array(
        [kind or source for kind, source in zip(films.kinds.tolist(), films.sources.tolist(), strict=True)]
    )
    apart = np.isin(films.sources, (SOME_TURNED, OF_PYDICOM))
    groups = {"adults": films.chest & ~films.child & ~apart, "children": films.chest & films.child}
    for plain in (True, False):  # what was made of films stands behind them
        which = names[(films.kinds == "") == plain].tolist()
        groups |= {name: names == name for name in dict.fromkeys(which) if name != CHILDREN}
    return {
        "learnt from": {
            "chest films": int((films.chest & films.learnt).sum()),
            "others": int((~films.chest & films.learnt).sum()),
        },
        "limit": round(plausibility.limit, 4),
        "quantile of adults": QUANTILE,
        "not learnt from": {
            name: _counted(which & ~films.learnt, refused, found) for name, which in groups.items()
        },
        "children": _children(plausibility, measures, films),
    }


def _counted(
    which: NDArray[np.bool_], refused: NDArray[np.bool_], found: NDArray[np.bool_]
) -> dict[str, int]:
    return {
        "films": int(which.sum()),
        "refused": int((which & refused).sum()),
        "without lungs": int((which & ~found).sum()),
    }


def _children(plausibility: Plausibility, measures: NDArray[np.float32], films: Squares) -> dict[str, float]:
    """Return how well the measures tell children from adults, on films that nothing was learnt from."""
    features = terms(measures, plausibility.centre, plausibility.spread)
    shown, asked = films.chest & films.learnt, films.chest & ~films.learnt
    weight = np.where(shown, np.where(films.child, 1 / films.child[shown].mean(), 1.0), 0.0)
    score = features @ _regression(features, films.child, weight).coef_[0]
    limit = np.quantile(score[shown & ~films.child], 1 - ADULTS_CALLED_CHILDREN)
    called = score > limit
    apart = np.isin(films.sources, (EXTERNAL, SOME_TURNED))
    elsewhere = asked & (films.sources == EXTERNAL)
    return {
        "auc": round(float(roc_auc_score(films.child[asked], score[asked])), 4),
        "share of children called so": round(float(called[asked & films.child].mean()), 4),
        "share of adults called so": round(float(called[asked & ~films.child & ~apart].mean()), 4),
        "share of external called so": round(float(called[elsewhere].mean()), 4),
    }


def described(figures: dict[str, Any], page: Path) -> None:
    """Write the section about `figures` into `page`, in place of the earlier one or at the end."""
    rows = [
        [TITLES.get(name, name), f"{part['refused']} of {part['films']:,}", str(part["without lungs"])]
        for name, part in figures["not learnt from"].items()
    ]
    about = ABOUT.format(
        measures=len(NAMES),
        chests=figures["learnt from"]["chest films"],
        against=figures["learnt from"]["others"],
        quantile=round(100 * QUANTILE, 1),
    )
    children = figures["children"]
    words = OF_CHILDREN.format(
        auc=children["auc"],
        adults=100 * children["share of adults called so"],
        children=100 * children["share of children called so"],
        external=100 * children["share of external called so"],
    )
    lines = table(["films", "refused", "of these without any lungs"], rows)
    put(page, HEADING, [filled(about), "", *lines, "", filled(words)])
