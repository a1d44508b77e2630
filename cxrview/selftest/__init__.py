"""Whether an installation works: small files that lie in it are read, and give what is stored."""
