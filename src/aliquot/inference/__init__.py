"""From observations back to constants: a forward map with slopes, one likelihood, what the data can tell."""

from aliquot.inference.fit import fit as fit
from aliquot.inference.record import Fit as Fit
from aliquot.inference.study import Study as Study
from aliquot.inference.study import read_study as read_study
from aliquot.inference.study import study_names as study_names
