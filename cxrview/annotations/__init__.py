"""What the reader did with an image: measurements and annotations, and where they are kept. No Qt."""
