"""The wizard's first step: which images, and what is wrong with them."""
