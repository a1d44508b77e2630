"""How a network learns: phases, batches, changed images, losses and rates."""
