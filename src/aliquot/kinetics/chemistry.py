"""A chemistry: the calibrated constants of one reaction system, ready to be differentiated."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.kinetics.agglomeration import Channel
from aliquot.kinetics.attachment import Attachment
from aliquot.kinetics.landscape import Landscape
from aliquot.kinetics.laws import Arrhenius, Factor, Reaction


class Solubility(eqx.Module):
    """c_inf of the flat solid, with its enthalpy, and what species do to it: free acid dissolves more.

    Attributes:
        rate: c_inf(T) [mol m-3].
        factors: What species do to it.
    """

    rate: Arrhenius
    factors: tuple[Factor, ...] = ()


class Agglomeration(eqx.Module):
    """Particles that join whole.

    Attributes:
        channels: Who joins whom.
        factors: What species do to all channels.
    """

    channels: tuple[Channel, ...] = ()
    factors: tuple[Factor, ...] = ()


class Chemistry(eqx.Module):
    """Constants of one reaction system.

    Every floating-point leaf is a constant that can be fitted; names, orders and stoichiometry are structure.

    Attributes:
        reactions: Reactions among species and monomer.
        attachment: Monomer to particles.
        solubility: Monomer over the flat solid.
        landscape: Free energy of particles.
        agglomeration: Particles that join whole.
        species: Names of the species, in the order of the state's vector.
    """

    reactions: tuple[Reaction, ...]
    attachment: Attachment
    solubility: Solubility
    landscape: Landscape
    agglomeration: Agglomeration
    species: tuple[str, ...] = eqx.field(static=True)

    @property
    def linear(self) -> bool:
        """Whether tridiagonal rungs and their border are the whole linearisation: Rodas4 may be used."""
        return not (self.agglomeration.channels or self.attachment.gates or self.solubility.factors)

    @property
    def reach(self) -> int:
        """Rungs that one event jumps at most: 1 by monomer, more by agglomeration."""
        return max([1, *(channel.reach for channel in self.agglomeration.channels)])

    def turnover(self) -> Float[Array, "reactions border"]:
        """Return what each reaction makes of each species and the monomer [1], shape (reactions, border)."""
        if not self.reactions:
            return jnp.zeros((0, len(self.species) + 1))
        return jnp.array([reaction.change for reaction in self.reactions])
