"""A training run: its process, folder, events and checkpoints, and how it is gone on with."""
