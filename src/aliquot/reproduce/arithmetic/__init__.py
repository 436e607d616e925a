"""Rows that need no chemistry: what follows from doses, tubes, formulas and printed numbers alone."""

from aliquot.reproduce.arithmetic.evaluate import evaluate as evaluate
