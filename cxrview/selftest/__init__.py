"""Whether an installation works: small files that lie in it are read, and compared with what they must give."""
