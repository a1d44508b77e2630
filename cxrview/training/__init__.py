"""From labelled images to a bundle: retraining, its process and its events."""
