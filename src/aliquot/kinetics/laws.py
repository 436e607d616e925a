"""Rate laws: how fast each elementary step goes, and what it consumes."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.units import BOLTZMANN_EV


class Arrhenius(eqx.Module):
    """k(T) = k exp[-E/k_B (1/T - 1/T_ref)], written about a reference temperature to decorrelate k and E.

    The same law serves a solubility, with its enthalpy in place of E (van 't Hoff).

    Attributes:
        log_k: Natural logarithm of k at the reference temperature, k in the unit of its use.
        activation: E per particle [eV].
        reference: T_ref [K].

    Example:
        >>> law = Arrhenius(jnp.log(2.0), jnp.asarray(1.0), 473.15)
        >>> float(law(jnp.asarray(473.15)))
        2.0
    """

    log_k: Float[Array, ""]
    activation: Float[Array, ""]
    reference: float = eqx.field(static=True)

    def __call__(self, temperature: Float[Array, ""]) -> Float[Array, ""]:
        """Return k at a temperature [K]."""
        x = (1.0 / temperature - 1.0 / self.reference) / BOLTZMANN_EV
        return jnp.exp(self.log_k - self.activation * x)


class Conversion(eqx.Module):
    """Precursors to dissolved monomer: v = k(T) prod_i s_i^order_i, species i used at consumes_i v.

    For aminophosphines v = k [In][P] with four P used per InP, since three of them reduce the fourth
    (buffard2016; tessier2015).

    Attributes:
        rate: k [(m3 mol-1)^(sum of orders - 1) s-1].
        orders: Order in each species [1].
        consumes: Moles of each species used per mole of formula units made [1].
    """

    rate: Arrhenius
    orders: tuple[float, ...] = eqx.field(static=True)
    consumes: tuple[float, ...] = eqx.field(static=True)

    def speed(self, rate: Float[Array, ""], species: Float[Array, " species"]) -> Float[Array, ""]:
        """Return v [mol m-3 s-1] for a rate constant and concentrations [mol m-3]."""
        speed = rate
        for concentration, order in zip(species, self.orders, strict=True):
            speed = speed * _power(concentration, order)
        return speed

    def slopes(self, rate: Float[Array, ""], species: Float[Array, " species"]) -> Float[Array, " species"]:
        """Return dv/ds_i [s-1], shape (species,), by the product rule so that s_i = 0 is no trouble."""
        slopes = []
        for j, order_j in enumerate(self.orders):
            slope = rate * order_j
            for i, order_i in enumerate(self.orders):
                slope = slope * _power(species[i], order_i - (i == j))
            slopes.append(slope)
        return jnp.stack(slopes)


def _power(base: Float[Array, ""], exponent: float) -> Float[Array, ""] | float:
    """Return base^exponent without asking for the logarithm of 0 in the common cases."""
    if exponent == 0.0:
        return 1.0
    return base if exponent == 1.0 else base**exponent


class Attachment(eqx.Module):
    """Rate constant of monomer attachment to rung n: a_n = k(T) n^(2/3) (n0/n)^(m/3).

    The surface n^(2/3) times a surface rate that falls with the radius as k(r) = k0 (r0/r)^m; m = 1 has the
    size dependence of diffusion (docs/explanation/ladder.md).

    Attributes:
        rate: k [m3 mol-1 s-1].
        size_exponent: m [1].
        reference_rung: n0 [1].
    """

    rate: Arrhenius
    size_exponent: Float[Array, ""]
    reference_rung: float = eqx.field(static=True)

    def __call__(self, n: Float[Array, " N"], temperature: Float[Array, ""]) -> Float[Array, " N"]:
        """Return a_n [m3 mol-1 s-1] for particles of n units at a temperature [K], shape (N,)."""
        bend = (self.reference_rung / n) ** (self.size_exponent / 3.0)
        return self.rate(temperature) * n ** (2.0 / 3.0) * bend
