"""What the commands do, by subject: each is a function of the workbench, and imports what is heavy itself."""
