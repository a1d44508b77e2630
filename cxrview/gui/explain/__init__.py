"""Heatmaps side by side, and the film with places covered: what can be checked of an explanation."""
