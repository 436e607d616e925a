"""Where a chemistry runs: how long elements of liquid stay, and how hot they are meanwhile."""
