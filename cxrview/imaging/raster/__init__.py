"""Read PNG, JPEG and other pictures."""
