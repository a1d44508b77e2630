"""Measuring and annotating on the canvas: the tools that draw, and the layer that shows and changes."""
