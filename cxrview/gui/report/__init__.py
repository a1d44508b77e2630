"""One page about one film, for paper and PDF."""
