"""What Aliquot costs, measured: ratios against named peers in the same run, never part of a test."""
