"""Learning to read: sets of films, blind readings, and what they come to. No Qt, no Keras."""
