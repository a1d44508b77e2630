"""A network looked into: its layers as a stack, what they give for a film, and filters that do nothing."""
