"""Where the lungs are on a film: found by a network, measured, and cropped for models that read lungs."""

from cxrview.anatomy.anatomy import Anatomy
from cxrview.anatomy.film import Film, reduced
from cxrview.anatomy.finder import LungFinder
from cxrview.anatomy.framing import framed

__all__ = ["Anatomy", "Film", "LungFinder", "framed", "reduced"]
