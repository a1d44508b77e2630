"""Figures as they are published; data only where they are printed in the paper itself."""

import numpy as np

# Hanley and McNeil 1982 (Radiology 143:29-36), table 1: 109 CT images of the head, rated by one reader from
# 1 (definitely normal) to 5 (definitely abnormal). Their area is 0.893, its standard error 0.032.
NORMAL, ABNORMAL = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)
HANLEY_AREA, HANLEY_ERROR = 0.893, 0.032

# Van Dyke 1993, spin-echo against cine MRI for aortic dissection, five readers: what is printed of its
# analysis after Obuchowski and Rockette (Chakraborty, The RJafroc Book, "Obuchowski Rockette Applications").
AREAS = np.array([[0.9196, 0.8588, 0.9039, 0.9731, 0.8298], [0.9478, 0.9053, 0.9217, 0.9994, 0.9300]])
VARIANCE, FIRST, SECOND, THIRD = 0.0008023, 0.00034661, 0.00034407, 0.00023903
F, FREEDOM, P = 4.456, 15.26, 0.05167
DIFFERENCE, LOW, HIGH = -0.0438, -0.08796, 0.000359


def rated(counts: tuple[int, ...]) -> np.ndarray:
    """Return the ratings, (N,), of which level 1, 2, … was given so often."""
    return np.repeat(np.arange(1.0, len(counts) + 1), counts)
