"""What of a spectrum can be trusted: one gate a file; each masks or flags, none alters a value."""
