"""What came out: curves, operating points, report, and taking the model into the list."""
