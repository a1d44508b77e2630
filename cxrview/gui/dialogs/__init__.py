"""Dialogs: preferences, export, tags, manual, all heatmaps, what the model saw."""
