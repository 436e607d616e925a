"""What a synthesis makes: the concentrations of every rung, and the distributions of size that follow.

Nothing in here says a mean size without its weighting.
"""

from aliquot.population.distribution import SizeDistribution, Weighting
from aliquot.population.record import Population

__all__ = ["Population", "SizeDistribution", "Weighting"]
