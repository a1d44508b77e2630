"""The panels beside the canvas: prediction, heatmap, histogram, annotations, status."""
