"""Retraining in the window: it writes the configuration, starts the process of the command line, and draws
what that says."""
