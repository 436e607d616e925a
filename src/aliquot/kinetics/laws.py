"""Rate laws: how a rate depends on temperature, and by which factors species speed it up or slow it down.

The catalogue is small on purpose: every chemistry card is written with it, and a test visits each entry.
"""

from abc import abstractmethod

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from aliquot.units import BOLTZMANN_EV

Scalar = Float[Array, ""]


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

    log_k: Scalar
    activation: Scalar
    reference: float = eqx.field(static=True)

    def __call__(self, temperature: Scalar) -> Scalar:
        """Return k at a temperature [K]."""
        x = (1.0 / temperature - 1.0 / self.reference) / BOLTZMANN_EV
        return jnp.exp(self.log_k - self.activation * x)


class Factor(eqx.Module):
    """What one species does to a rate: a function of its concentration alone.

    Attributes:
        of: Place of the species among those of its chemistry; the monomer stands after the last.
    """

    of: int = eqx.field(static=True)

    @abstractmethod
    def __call__(self, concentration: Scalar) -> Scalar:
        """Return the factor at a concentration [mol m-3]."""


class Order(Factor):
    """s^p: mass action of any order p, [(mol m-3)^p].

    Below zero, where an integrator may stand by its tolerance, it is odd: the way back is open.

    Example:
        >>> float(Order(0, 2.0)(jnp.asarray(3.0)))
        9.0
    """

    exponent: float = eqx.field(static=True, default=1.0)

    def __call__(self, concentration: Scalar) -> Scalar:
        """Return s^p."""
        if self.exponent == 1.0:
            return concentration
        if self.exponent == 2.0:
            return concentration * jnp.abs(concentration)
        positive = concentration > 0.0
        safe = jnp.where(positive, concentration, 1.0)
        return jnp.where(positive, safe**self.exponent, 0.0)


class Saturation(Factor):
    """s / (K + s): a site that fills up, or a reagent that is needed but seldom short.

    Attributes:
        half: K, the concentration of half effect [mol m-3].

    Example:
        >>> float(Saturation(0, jnp.asarray(2.0))(jnp.asarray(2.0)))
        0.5
    """

    half: Scalar

    def __call__(self, concentration: Scalar) -> Scalar:
        """Return s / (K + s); odd below zero."""
        return concentration / (self.half + jnp.abs(concentration))


class Gate(Factor):
    """s^p / (K^p + s^p): Hill's law, a switch that opens around K.

    Attributes:
        half: K, the concentration of half effect [mol m-3].
        exponent: p, how sharp the switch is [1].

    Example:
        >>> round(float(Gate(0, jnp.asarray(150.0), 4.0)(jnp.asarray(748.0))), 4)
        0.9984
    """

    half: Scalar
    exponent: float = eqx.field(static=True, default=4.0)

    def __call__(self, concentration: Scalar) -> Scalar:
        """Return s^p / (K^p + s^p), 0 where there is none."""
        x = _power(concentration / self.half, self.exponent)
        return x / (1.0 + x)


class Inhibition(Factor):
    """1 / (1 + (s/K)^p): a species that takes a site away; with p of a gate, the gate's complement.

    Attributes:
        half: K, the concentration of half effect [mol m-3].
        exponent: p, how sharp the effect is [1].

    Example:
        >>> float(Inhibition(0, jnp.asarray(2.0))(jnp.asarray(2.0)))
        0.5
    """

    half: Scalar
    exponent: float = eqx.field(static=True, default=1.0)

    def __call__(self, concentration: Scalar) -> Scalar:
        """Return 1 / (1 + (s/K)^p), 1 where there is none."""
        return 1.0 / (1.0 + _power(concentration / self.half, self.exponent))


class Excess(Factor):
    """1 + (s/K)^p: what goes by itself, and faster with more of a species.

    Attributes:
        half: K, the concentration at which the rate has doubled [mol m-3].
        exponent: p [1].

    Example:
        >>> float(Excess(0, jnp.asarray(2.0), 2.0)(jnp.asarray(4.0)))
        5.0
    """

    half: Scalar
    exponent: float = eqx.field(static=True, default=1.0)

    def __call__(self, concentration: Scalar) -> Scalar:
        """Return 1 + (s/K)^p, 1 where there is none."""
        return 1.0 + _power(concentration / self.half, self.exponent)


FACTORS: dict[str, type[Factor]] = {
    "order": Order,
    "saturation": Saturation,
    "gate": Gate,
    "inhibition": Inhibition,
    "excess": Excess,
}
"""The catalogue, by the words of the cards."""


def product(factors: tuple[Factor, ...], x: Float[Array, " border"]) -> Scalar:
    """Return the product of factors at the concentrations of species and monomer [mol m-3]; 1 of none."""
    value = jnp.ones(())
    for factor in factors:
        value = value * factor(x[factor.of])
    return value


class Reaction(eqx.Module):
    """A reaction among species and monomer: v = k(T) prod_i factor_i.

    For aminophosphines v = k [In][P] with four P used per InP, since three of them reduce the fourth
    (buffard2016; tessier2015).

    Attributes:
        rate: k, in the unit that makes v [mol m-3 s-1].
        factors: What species do to it.
        change: Moles of each species made (used: negative) per mole of reaction; the last is the monomer.
    """

    rate: Arrhenius
    factors: tuple[Factor, ...]
    change: tuple[float, ...] = eqx.field(static=True)

    def speed(self, rate: Scalar, x: Float[Array, " border"]) -> Scalar:
        """Return v [mol m-3 s-1] for a rate constant and concentrations [mol m-3]."""
        return rate * product(self.factors, x)

    def slopes(self, rate: Scalar, x: Float[Array, " border"]) -> Float[Array, " border"]:
        """Return dv/dx_i [s-1], shape (border,), by the product rule so that x_i = 0 is no trouble."""
        slopes = jnp.zeros(x.shape)
        for i, factor in enumerate(self.factors):
            others = product(self.factors[:i] + self.factors[i + 1 :], x)
            slope = jax.grad(factor)(x[factor.of])
            slopes = slopes.at[factor.of].add(rate * slope * others)
        return slopes


def _power(base: Scalar, exponent: float) -> Scalar:
    """Return base^exponent, 0 for a base below 0, with finite derivatives everywhere (exponent >= 1)."""
    base = jnp.maximum(base, 0.0)
    if exponent == 1.0:
        return base
    return base ** int(exponent) if exponent == int(exponent) else jnp.where(base > 0, base, 0.0) ** exponent
