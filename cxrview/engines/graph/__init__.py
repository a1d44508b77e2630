"""A bundle's network as a Keras model: its own layers, its inference graph, and safe loading. Needs Keras."""
