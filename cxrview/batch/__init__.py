"""Scoring many files: one row per frame, failures included."""
