"""From trained weights to a bundle: calibration, the graph, the domain check, the card."""
