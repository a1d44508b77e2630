"""Where a model looked: from coarse activation maps to colour over the picture."""
