"""The ladder: one conservation law for dissolved monomer, clusters and dots.

    dc_n/dt = J_(n-1) - J_n + agglomeration                  n >= 2
    dc_1/dt = production - J_1 - sum_(n>=1) J_n
    J_n     = a_n c_1 c_n - b_(n+1) c_(n+1)
    b_(n+1) = a_n c_inf exp(g_(n+1) - g_n)                   detailed balance

No separate laws for nucleation, growth, dissolution and ripening: all follow from the landscape g_n
(becker1935; docs/explanation/ladder.md). The top rung N has no way up, so mass is exact; that it stays empty
is checked by whoever integrates.

A feed makes the volume grow. The state then holds amounts per volume AT THE START, c_n phi with phi = V/V(0):
atoms that are only diluted do not change, and the balance stays exact to rounding.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from aliquot.kinetics.bordered import BorderedTridiagonal
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.coating import Cores
from aliquot.kinetics.laws import product

Scalar: TypeAlias = int | float | Float[Array, ""] | Float[np.ndarray, ""]
"""A number as diffrax passes it: Python's, NumPy's or JAX's."""

Temperature: TypeAlias = Callable[[Scalar], Float[Array, ""]]
"""Temperature [K] as a function of time [s]; a differentiable record."""

_NIL = np.zeros(1)
_NOTHING = np.zeros(0)


class State(NamedTuple):
    """Concentrations at one time, or their rates of change."""

    species: Float[Array, " species"]
    """Dissolved species [mol m-3], shape (species,)."""
    rungs: Float[Array, " N"]
    """Particles of 1..N formula units [mol m-3], shape (N,)."""
    coat: Float[Array, " cores"] | Float[np.ndarray, " cores"] = _NOTHING
    """Formula units that lie on the cores of each class [mol m-3], shape (cores,); empty without cores."""


class Rates(NamedTuple):
    """Rate constants of the ladder at one temperature."""

    up: Float[Array, " N"]
    """a_n [m3 mol-1 s-1], with a_N = 0: the top has no way up, shape (N,)."""
    down: Float[Array, " N"]
    """b_n [s-1], with b_1 = 0, shape (N,)."""
    reactions: Float[Array, " reactions"]
    """Rate constant of each reaction, in the unit of its law."""
    channels: Float[Array, " channels"]
    """Rate constant of each channel of agglomeration [m3 mol-1 s-1]."""
    temperature: Float[Array, ""]
    """The temperature [K]."""


class Feed(eqx.Module):
    """A solution that flows in steadily and stays.

    Attributes:
        rate: Volume that flows in, per volume at the start [s-1].
        species: Concentrations in it [mol m-3], shape (species,).
        rungs: Particles in it [mol m-3], on a ladder not longer than the state's; None where there are none.
    """

    rate: Float[Array, ""]
    species: Float[Array, " species"]
    rungs: Float[Array, " fed"] | None = None

    def swelling(self, t: Scalar) -> Float[Array, ""]:
        """Return phi = V/V(0) at a time [s]."""
        return 1.0 + self.rate * jnp.asarray(t)


class Ladder(diffrax.AbstractTerm[Any, Any]):  # its state is a State, its control the length of a step
    """Right-hand side and linearisation of the ladder, as a term that diffrax integrates.

    Attributes:
        chemistry: Constants.
        temperature: Temperature [K] as a function of time [s].
        feed: What flows in, None where the volume stays.
        cores: Cores that are coated, None where there are none.
    """

    chemistry: Chemistry
    temperature: Temperature
    feed: Feed | None = None
    cores: Cores | None = None

    @property
    def exact(self) -> bool:
        """Whether :meth:`shifted` is the exact linearisation."""
        return self.chemistry.linear and self.cores is None

    def swelling(self, t: Scalar) -> Float[Array, ""]:
        """Return phi = V/V(0) at a time [s]."""
        return jnp.ones(()) if self.feed is None else self.feed.swelling(t)

    def steady(self, t0: Scalar, t1: Scalar) -> Bool[Array, ""]:
        """Return whether the rate constants are the same at two times [s], as a logical array."""
        return jnp.asarray(self.temperature(t0) == self.temperature(t1))

    def rates(self, temperature: Float[Array, ""], size: int) -> Rates:
        """Return the rate constants of a ladder of ``size`` rungs at a temperature [K]."""
        chemistry, n = self.chemistry, jnp.arange(1.0, size)
        a = chemistry.attachment(n, temperature)
        solubility = chemistry.solubility.rate(temperature)
        b = a * solubility * jnp.exp(chemistry.landscape.climb(n, temperature))
        reactions = [reaction.rate(temperature) for reaction in chemistry.reactions]
        channels = [
            channel.factor * channel.kernel.scale(temperature) for channel in chemistry.agglomeration.channels
        ]
        return Rates(
            jnp.concatenate([a, _NIL]),
            jnp.concatenate([_NIL, b]),
            jnp.stack(reactions) if reactions else jnp.zeros(0),
            jnp.stack(channels) if channels else jnp.zeros(0),
            jnp.asarray(temperature),
        )

    def change(self, rates: Rates, y: State, swelling: Float[Array, ""] | float = 1.0) -> State:
        """Return dy/dt [mol m-3 s-1] under given rate constants, in a volume grown by ``swelling``."""
        chemistry = self.chemistry
        x = jnp.concatenate([y.species, y.rungs[:1]]) / swelling
        gate = product(chemistry.attachment.gates, x)
        dissolving = gate * product(chemistry.solubility.factors, x)
        c = y.rungs
        flux = rates.up[:-1] * (gate * x[-1]) * c[:-1] - dissolving * rates.down[1:] * c[1:]
        speeds = [
            reaction.speed(k, x) for reaction, k in zip(chemistry.reactions, rates.reactions, strict=True)
        ]
        made = swelling * (jnp.stack(speeds) @ chemistry.turnover()) if speeds else jnp.zeros(x.shape)
        monomer = made[-1] - flux[0] - flux.sum()
        species, coat = made[:-1], jnp.asarray(y.coat)
        if self.feed is not None:
            species = species + self.feed.rate * self.feed.species
        if self.cores is not None:
            coat = self._coated(rates, y, x[-1], dissolving)
            monomer = monomer - coat.sum()
        rungs = jnp.concatenate([monomer[None], flux[:-1] - flux[1:], flux[-1:]])
        if self.feed is not None and self.feed.rungs is not None:
            fed = self.feed.rungs
            rungs = rungs.at[: fed.shape[0]].add(self.feed.rate * fed)
        return State(species, rungs + self._joined(rates, c, x) / swelling, coat)

    def _joined(self, rates: Rates, c: Float[Array, " N"], x: Float[Array, " border"]) -> Float[Array, " N"]:
        """Return what agglomeration does to the rungs."""
        agglomeration = self.chemistry.agglomeration
        total = jnp.zeros(c.shape)
        for channel, k in zip(agglomeration.channels, rates.channels, strict=True):
            total = total + channel.change(k, c)
        return total * product(agglomeration.factors, x)

    def _coated(
        self, rates: Rates, y: State, monomer: Float[Array, ""], dissolving: Float[Array, ""]
    ) -> Float[Array, " cores"]:
        """Return what deposits on each class of cores [mol m-3 s-1]."""
        if self.cores is None:
            return jnp.zeros(0)
        chemistry, temperature = self.chemistry, rates.temperature
        speed, balance = self.cores.uptake(
            jnp.asarray(y.coat), chemistry.attachment, chemistry.landscape, temperature
        )
        solubility = dissolving * chemistry.solubility.rate(temperature)
        return speed * (monomer - solubility * balance)

    def shifted(
        self, rates: Rates, y: State, shift: Float[Array, ""], swelling: Float[Array, ""] | float = 1.0
    ) -> BorderedTridiagonal:
        """Return ``shift`` I - df/dy [s-1], the matrix of an implicit step.

        What agglomeration, gates, acid and coats do to the rungs is left out WHOLLY, column by column: what
        is left conserves every atom, and the method has to be one that allows it.
        """
        chemistry, c = self.chemistry, y.rungs
        x = jnp.concatenate([y.species, c[:1]]) / swelling
        gate = product(chemistry.attachment.gates, x)
        b = rates.down * (gate * product(chemistry.solubility.factors, x))
        up, taken = rates.up * (gate * x[-1]), rates.up * (gate * c / swelling)  # and d(a_n c_1 c_n)/dc_1
        coated = jnp.zeros(0)
        if self.cores is not None:
            coated, _ = self.cores.uptake(
                jnp.asarray(y.coat), chemistry.attachment, chemistry.landscape, rates.temperature
            )
            coated = coated / swelling

        k = x.shape[0]
        corner = shift * jnp.eye(k)
        if chemistry.reactions:
            slopes = [
                reaction.slopes(rate, x)
                for reaction, rate in zip(chemistry.reactions, rates.reactions, strict=True)
            ]
            corner = corner - chemistry.turnover().T @ jnp.stack(slopes)
        corner = corner.at[-1, -1].add(4.0 * up[0] + taken[1:].sum() + coated.sum())
        arrival = taken[:-1].at[0].mul(2.0)  # two monomers make the dimer
        return BorderedTridiagonal(
            corner=corner,
            row=(up - b)[1:].at[0].add(-b[1]),
            column=taken[1:] - arrival,
            lower=jnp.concatenate([_NIL, -up[1:-1]]),
            diagonal=shift + (up + b)[1:],
            upper=jnp.concatenate([-b[2:], _NIL]),
            coat=-coated,
            shift=jnp.asarray(shift),
        )

    def drift(self, t: Scalar, y: State) -> State:
        """Return df/dt [mol m-3 s-2] at fixed concentrations: what a ramp and a growing volume do."""
        t = jnp.asarray(t, float)
        tangent: State = jax.jvp(lambda time: self.vf(time, y), (t,), (jnp.ones_like(t),))[1]
        return tangent

    def vf(self, t: Scalar, y: State, args: None = None) -> State:
        """Return dy/dt [mol m-3 s-1] at a time [s], as diffrax asks of a term."""
        rates = self.rates(self.temperature(t), y.rungs.shape[0])
        return self.change(rates, y, self.swelling(t))

    def contr(self, t0: Scalar, t1: Scalar, **kwargs: Any) -> Float[Array, ""]:  # noqa: ANN401
        """Return the length of a step [s], as diffrax asks of a term."""
        return jnp.asarray(t1) - jnp.asarray(t0)

    def prod(self, vf: State, control: Scalar) -> State:
        """Return rate times length of step, as diffrax asks of a term."""
        scaled: State = jax.tree.map(lambda rate: rate * control, vf)
        return scaled
