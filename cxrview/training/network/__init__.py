"""Which networks there are, how one is built, and the weights that it begins with."""
