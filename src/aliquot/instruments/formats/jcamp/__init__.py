"""JCAMP-DX 4.24 to 5.01: labels, compressed numbers, tables, tuples."""
