"""What can be done: every command with its words, keys and function, and what Qt needs of them."""
