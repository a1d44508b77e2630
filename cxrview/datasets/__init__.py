"""Labelled images: find, decode, check, compare and split them. No Keras, no Qt."""
