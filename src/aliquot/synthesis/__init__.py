"""The forward map, written once: a recipe and a chemistry become a run."""

from aliquot.synthesis.many import Outcome as Outcome
from aliquot.synthesis.many import simulate_many as simulate_many
from aliquot.synthesis.observe import observe as observe
from aliquot.synthesis.run import Aliquot as Aliquot
from aliquot.synthesis.run import Provenance as Provenance
from aliquot.synthesis.run import Run as Run
from aliquot.synthesis.simulate import simulate as simulate
