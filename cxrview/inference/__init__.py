"""Running a bundle's graph: engines, and the predictor that turns radiographs into predictions."""
