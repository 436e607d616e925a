"""The ladder: one conservation law for dissolved monomer, clusters and dots.

    dc_n/dt = J_(n-1) - J_n                                  n >= 2
    dc_1/dt = v - J_1 - sum_(n>=1) J_n                       v: production from precursors
    J_n     = a_n c_1 c_n - b_(n+1) c_(n+1)
    b_(n+1) = a_n c_inf exp(g_(n+1) - g_n)                   detailed balance

No separate laws for nucleation, growth, dissolution and ripening: all follow from the landscape g_n
(becker1935; docs/explanation/ladder.md). The top rung N has no way up, so mass is exact; that it stays empty
is checked by whoever integrates.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aliquot.kinetics.bordered import BorderedTridiagonal
from aliquot.kinetics.chemistry import Chemistry

Scalar: TypeAlias = int | float | Float[Array, ""] | Float[np.ndarray, ""]
"""A number as diffrax passes it: Python's, NumPy's or JAX's."""

Temperature: TypeAlias = Callable[[Scalar], Float[Array, ""]]
"""Temperature [K] as a function of time [s]; a differentiable record."""


_NIL = np.zeros(1)


class State(NamedTuple):
    """Concentrations at one time, or their rates of change."""

    species: Float[Array, " species"]
    """Dissolved precursors [mol m-3], shape (species,)."""
    rungs: Float[Array, " N"]
    """Particles of 1..N formula units [mol m-3], shape (N,)."""


class Rates(NamedTuple):
    """Rate constants of the ladder at one temperature."""

    up: Float[Array, " N"]
    """a_n [m3 mol-1 s-1], with a_N = 0: the top has no way up, shape (N,)."""
    down: Float[Array, " N"]
    """b_n [s-1], with b_1 = 0, shape (N,)."""
    convert: Float[Array, ""]
    """Rate constant of the precursors' conversion, in the unit of its law."""


class Ladder(diffrax.AbstractTerm[Any, Any]):  # its state is a State, its control the length of a step
    """Right-hand side and linearisation of the ladder, as a term that diffrax integrates.

    Attributes:
        chemistry: Constants.
        temperature: Temperature [K] as a function of time [s].
    """

    chemistry: Chemistry
    temperature: Temperature

    def rates(self, temperature: Float[Array, ""], size: int) -> Rates:
        """Return the rate constants of a ladder of ``size`` rungs at a temperature [K]."""
        chemistry, n = self.chemistry, jnp.arange(1.0, size)
        a = chemistry.attachment(n, temperature)
        b = a * chemistry.solubility(temperature) * jnp.exp(chemistry.landscape.climb(n, temperature))
        convert = chemistry.conversion.rate(temperature)
        return Rates(jnp.concatenate([a, _NIL]), jnp.concatenate([_NIL, b]), convert)

    def change(self, rates: Rates, y: State) -> State:
        """Return dy/dt [mol m-3 s-1] under given rate constants."""
        species, c = y
        conversion = self.chemistry.conversion
        speed = conversion.speed(rates.convert, species)
        flux = rates.up[:-1] * c[0] * c[:-1] - rates.down[1:] * c[1:]
        monomer = speed - flux[0] - flux.sum()
        change = jnp.concatenate([monomer[None], flux[:-1] - flux[1:], flux[-1:]])
        return State(-speed * jnp.asarray(conversion.consumes), change)

    def shifted(self, rates: Rates, y: State, shift: Float[Array, ""]) -> BorderedTridiagonal:
        """Return ``shift`` I - df/dy [s-1] under given rate constants, the matrix of an implicit step."""
        species, c = y
        b, up, taken = rates.down, rates.up * c[0], rates.up * c  # left upwards; d(a_n c_1 c_n)/dc_1
        slopes = self.chemistry.conversion.slopes(rates.convert, species)
        consumes = jnp.asarray(self.chemistry.conversion.consumes)

        k = species.shape[0]
        corner = jnp.zeros((k + 1, k + 1))
        corner = corner.at[:k, :k].set(shift * jnp.eye(k) + consumes[:, None] * slopes[None, :])
        corner = corner.at[k, :k].set(-slopes)
        corner = corner.at[k, k].set(shift + 4.0 * up[0] + taken[1:].sum())
        arrival = taken[:-1].at[0].mul(2.0)  # two monomers make the dimer
        return BorderedTridiagonal(
            corner=corner,
            row=(up - b)[1:].at[0].add(-b[1]),
            column=taken[1:] - arrival,
            lower=jnp.concatenate([_NIL, -up[1:-1]]),
            diagonal=shift + (up + b)[1:],
            upper=jnp.concatenate([-b[2:], _NIL]),
        )

    def drift(self, t: Scalar, y: State) -> State:
        """Return df/dt [mol m-3 s-2] at fixed concentrations: what a change of temperature does."""
        t = jnp.asarray(t)
        tangent: State = jax.jvp(lambda time: self.vf(time, y), (t,), (jnp.ones_like(t),))[1]
        return tangent

    def vf(self, t: Scalar, y: State, args: None = None) -> State:
        """Return dy/dt [mol m-3 s-1] at a time [s], as diffrax asks of a term."""
        return self.change(self.rates(self.temperature(t), y.rungs.shape[0]), y)

    def contr(self, t0: Scalar, t1: Scalar, **kwargs: Any) -> Float[Array, ""]:  # noqa: ANN401
        """Return the length of a step [s], as diffrax asks of a term."""
        return jnp.asarray(t1) - jnp.asarray(t0)

    def prod(self, vf: State, control: Scalar) -> State:
        """Return rate times length of step, as diffrax asks of a term."""
        return State(vf.species * control, vf.rungs * control)
