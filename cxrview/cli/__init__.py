"""The command line: results to standard output or a file, messages and progress to standard error."""
