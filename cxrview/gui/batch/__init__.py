"""The batch window: thousands of films read by a process beside it, as a table that fills."""
