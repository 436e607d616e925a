"""Small ladders with known behaviour, for the tests of kinetics."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.kinetics.attachment import Attachment
from aliquot.kinetics.chemistry import Agglomeration, Chemistry, Solubility
from aliquot.kinetics.ladder import Ladder
from aliquot.kinetics.landscape import Landscape
from aliquot.kinetics.laws import Arrhenius, Order, Reaction
from aliquot.units import BOLTZMANN_EV

REFERENCE = 473.15
VOLUME = 0.0503


class Held(eqx.Module):
    """A temperature that stays."""

    value: Float[Array, ""]

    def __call__(self, t: Float[Array, ""]) -> Float[Array, ""]:
        return self.value + 0.0 * t


class Ramp(eqx.Module):
    """A temperature that rises linearly."""

    start: Float[Array, ""]
    rate: Float[Array, ""]

    def __call__(self, t: Float[Array, ""]) -> Float[Array, ""]:
        return self.start + self.rate * t


def surface_energy(theta: float) -> float:
    """Surface energy [eV nm-2] at which the surface term is theta at the reference temperature."""
    area = (36.0 * jnp.pi * VOLUME**2) ** (1 / 3)
    return theta * BOLTZMANN_EV * REFERENCE / area


def law(value: float, energy: float = 0.0) -> Arrhenius:
    """A rate constant about the reference temperature."""
    return Arrhenius(jnp.log(value) if value else jnp.asarray(-jnp.inf), jnp.asarray(energy), REFERENCE)


def chemistry(
    *,
    k: float = 7e-6,
    attach: float = 1.0,
    c_inf: float = 1e-4,
    theta: float = 11.0,
    m: float = 0.3,
    energies: tuple[float, float, float] = (1.3, 0.8, 0.4),
    channels: tuple = (),
    features: tuple = (),
    edges: tuple = (),
) -> Chemistry:
    """InP-like constants about the reference temperature."""
    conversion, attachment, solubility = (
        law(value, energy) for value, energy in zip((k, attach, c_inf), energies, strict=True)
    )
    return Chemistry(
        reactions=(Reaction(conversion, (Order(0), Order(1)), (-1.0, -4.0, 1.0)),),
        attachment=Attachment(attachment, jnp.asarray(m), 50.0, edges=edges),
        solubility=Solubility(solubility),
        landscape=Landscape(jnp.asarray(surface_energy(theta)), VOLUME, features),
        agglomeration=Agglomeration(channels),
        species=("In", "P"),
    )


def held(temperature: float = REFERENCE, **constants: float) -> Ladder:
    """A ladder at one temperature."""
    return Ladder(chemistry(**constants), Held(jnp.asarray(temperature)))
