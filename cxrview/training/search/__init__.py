"""A search for a good recipe by many short trainings."""
