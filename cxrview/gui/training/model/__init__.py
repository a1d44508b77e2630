"""The wizard's second step: architecture, starting point and recipe."""
