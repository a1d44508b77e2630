"""The light table: the films of the study list side by side, to be looked through, rated and flagged."""
