"""The model library: the models that are installed, and what can be done with them."""
