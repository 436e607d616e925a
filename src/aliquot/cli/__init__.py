"""The command line: one file per verb, the same calls as in Python."""
