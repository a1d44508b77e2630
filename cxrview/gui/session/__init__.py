"""What happens behind the window: open, read, predict, cache, read ahead, and what outlives it."""
