"""A search for a recipe: its settings, and its trials while it runs."""
