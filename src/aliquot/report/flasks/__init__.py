"""The page of a paper whose runs are flasks: every number beside its published one, courses, sizes."""
