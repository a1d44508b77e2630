"""How good a model is: metrics, ROC curves, intervals, operating points and reports. NumPy alone."""
