"""The training, drawn while it runs."""
