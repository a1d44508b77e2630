"""The study browser: what is in the list, in which order, and which of it is seen."""
