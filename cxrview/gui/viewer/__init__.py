"""The viewports: canvas, layers, tools, zoom and export of what is seen."""
