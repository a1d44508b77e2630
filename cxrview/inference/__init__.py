"""What a model says of a film: the predictor, its probabilities, and whether it knows such films."""
