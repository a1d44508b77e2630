"""Learning to read in the window: sets, blind readings with reveal, and results."""
