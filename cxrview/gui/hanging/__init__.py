"""Hanging protocols: which film goes into which viewport, and how it is shown there, for which studies."""
