"""Stirred tanks in series: the ladder in each, and the liquid that carries every rung to the next.

    dy_i/dt = R(y_i) + q_i (y_(i-1) - y_i)        q_i = Q/V_i, y_0 the feed
    dz/dt   = q_z y_last                          what has left, in a receiver where nothing reacts

All tanks are one system. Liquid only goes down, so an implicit step is solved tank after tank with the
matrix of the ladder itself, shifted by q_i. The receiver makes the balance exact: what the tanks hold is what
was fed less what stands in it, to rounding, whatever the step.
"""

from typing import Any

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from aliquot.kinetics.bordered import BorderedTridiagonal, Eliminated
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.ladder import Ladder, Rates, Scalar, State

Parts = tuple[Array, Array, Array]
"""Border, rungs 2..N and coats, with the tanks along a leading axis."""


class Tanks(diffrax.AbstractTerm[Any, Any]):
    """Right-hand side and linearisation of tanks in series, as a term that diffrax integrates.

    A state has one row for each tank and a last one for the receiver.

    Attributes:
        chemistry: Constants.
        temperatures: Of each tank [K], shape (tanks,).
        exchange: q, flow over volume of each tank and of the receiver [s-1], shape (tanks + 1,); the
            receiver's volume is any that its concentrations shall refer to.
        inlet: What flows into the first tank [mol m-3], on the rungs of the state.
    """

    chemistry: Chemistry
    temperatures: Float[Array, " tanks"]
    exchange: Float[Array, " rows"]
    inlet: State

    @property
    def exact(self) -> bool:
        """Whether :meth:`shifted` is the exact linearisation: where the ladder's is."""
        return self._ladder.exact

    @property
    def feed(self) -> None:
        """What makes the volume grow: nothing, as much leaves as enters."""
        return

    @property
    def _ladder(self) -> Ladder:
        return Ladder(self.chemistry, lambda t: self.temperatures[0] + 0.0 * jnp.asarray(t))

    def temperature(self, t: Scalar) -> Float[Array, " tanks"]:
        """Return the temperature of each tank [K]; they are held."""
        del t
        return self.temperatures

    def swelling(self, t: Scalar) -> Float[Array, ""]:
        """Return V/V(0): 1 at any time [s]."""
        del t
        return jnp.ones(())

    def steady(self, t0: Scalar, t1: Scalar) -> Bool[Array, ""]:
        """Return whether the rate constants are the same at two times [s]: always."""
        del t0, t1
        return jnp.ones((), bool)

    def rates(self, temperature: Float[Array, " tanks"], size: int) -> Rates:
        """Return the rate constants of every tank, for ladders of ``size`` rungs."""
        found: Rates = jax.vmap(lambda kelvin: self._ladder.rates(kelvin, size))(temperature)
        return found

    def change(self, rates: Rates, y: State, swelling: Float[Array, ""] | float = 1.0) -> State:
        """Return dy/dt [mol m-3 s-1] under given rate constants."""
        del swelling
        reacting = jax.vmap(self._ladder.change)(rates, inside(y))
        leaving = self.exchange.at[-1].set(0.0)[:, None]

        def carried(of: Array, entering: Array, made: Array) -> Array:
            above = jnp.concatenate([entering[None], of[:-1]])
            return self.exchange[:, None] * above - leaving * of + jnp.pad(made, ((0, 1), (0, 0)))

        total: State = jax.tree.map(carried, _arrays(y), _arrays(self.inlet), reacting)
        return total

    def shifted(
        self, rates: Rates, y: State, shift: Float[Array, ""], swelling: Float[Array, ""] | float = 1.0
    ) -> "Chain":
        """Return ``shift`` I - df/dy [s-1], the matrix of an implicit step."""
        del swelling
        blocks = jax.vmap(self._ladder.shifted)(rates, inside(y), shift + self.exchange[:-1])
        return Chain(blocks, self.exchange, jnp.asarray(shift))

    def drift(self, t: Scalar, y: State) -> State:
        """Return df/dt [mol m-3 s-2]: none, neither feed nor temperatures move."""
        del t
        still: State = jax.tree.map(jnp.zeros_like, _arrays(y))
        return still

    def vf(self, t: Scalar, y: State, args: None = None) -> State:
        """Return dy/dt [mol m-3 s-1], as diffrax asks of a term."""
        del args
        return self.change(self.rates(self.temperature(t), y.rungs.shape[-1]), y)

    def contr(self, t0: Scalar, t1: Scalar, **kwargs: Any) -> Float[Array, ""]:  # noqa: ANN401
        """Return the length of a step [s], as diffrax asks of a term."""
        del kwargs
        return jnp.asarray(t1) - jnp.asarray(t0)

    def prod(self, vf: State, control: Scalar) -> State:
        """Return rate times length of step, as diffrax asks of a term."""
        scaled: State = jax.tree.map(lambda rate: rate * control, vf)
        return scaled

    def unrest(self, y: State) -> Float[Array, " tanks"]:
        """Return how far each tank is from rest: change in one residence time over what is fed [1].

        Both count formula units and moles of species, without regard to sign.
        """
        moved = inside(self.vf(0.0, y))
        total = jnp.maximum(_units(_arrays(self.inlet)), 1e-300)
        return jax.vmap(_units)(moved) / (self.exchange[:-1] * total)


class Chain(eqx.Module):
    """The matrix of an implicit step on tanks in series: one block for each, coupled to the tank above it.

    Attributes:
        blocks: Matrix of each tank, along a leading axis.
        exchange: q of each tank and of the receiver [s-1], shape (tanks + 1,).
        shift: Diagonal of the receiver, which has no other entries [s-1].
    """

    blocks: BorderedTridiagonal
    exchange: Float[Array, " rows"]
    shift: Float[Array, ""]

    def eliminate(self, border: Array, rungs: Array, coat: Array) -> "tuple[EliminatedChain, Parts]":
        """Eliminate the rungs of every tank and solve for a first right-hand side in the same sweep.

        Args:
            border: Right-hand side of species and monomer, shape (tanks + 1, border).
            rungs: Right-hand side of the rungs 2..N, shape (tanks + 1, N - 1).
            coat: Right-hand side of the coats, shape (tanks + 1, cores).

        Returns:
            What further solves need, and the solution (border, rungs, coat).
        """
        f = (border, rungs, coat)

        def down(above: Parts, tank: tuple[BorderedTridiagonal, Array, Parts]) -> tuple[Parts, Any]:
            block, q, of = tank
            eliminated, solved = block.eliminate(*_fed(of, q, above))
            return solved, (eliminated, solved)

        tanks = (self.blocks, self.exchange[:-1], _rows(f))
        last, (eliminated, solved) = jax.lax.scan(down, _nothing(f), tanks)
        whole = EliminatedChain(eliminated, self.exchange, self.shift)
        return whole, whole.received(f, last, solved)


class EliminatedChain(eqx.Module):
    """Tanks whose rungs have been eliminated, ready for further right-hand sides."""

    tanks: Eliminated
    """Of each tank, along a leading axis."""
    exchange: Float[Array, " rows"]
    """q of each tank and of the receiver [s-1], shape (tanks + 1,)."""
    shift: Float[Array, ""]
    """Diagonal of the receiver [s-1]."""

    def solve(self, border: Array, rungs: Array, coat: Array) -> Parts:
        """Solve for a right-hand side, tank after tank."""
        f = (border, rungs, coat)

        def down(above: Parts, tank: tuple[Eliminated, Array, Parts]) -> tuple[Parts, Parts]:
            eliminated, q, of = tank
            solved = eliminated.solve(*_fed(of, q, above))
            return solved, solved

        last, solved = jax.lax.scan(down, _nothing(f), (self.tanks, self.exchange[:-1], _rows(f)))
        return self.received(f, last, solved)

    def received(self, f: Parts, last: Parts, solved: Parts) -> Parts:
        """Finish a solve with the receiver's row, which only takes."""
        q = self.exchange[-1]
        border, rungs, coat = (
            jnp.concatenate([done, ((of[-1] + q * above) / self.shift)[None]])
            for of, above, done in zip(f, last, solved, strict=True)
        )
        return border, rungs, coat


def inside(y: State) -> State:
    """Return the rows of the tanks, without the receiver's."""
    tanks: State = jax.tree.map(lambda part: part[:-1], _arrays(y))
    return tanks


def _units(y: State) -> Float[Array, ""]:
    """Return moles of species and formula units, without regard to sign [mol m-3]."""
    n = jnp.arange(1.0, y.rungs.shape[0] + 1.0)
    return jnp.abs(y.species).sum() + n @ jnp.abs(y.rungs)


def _arrays(y: State) -> State:
    return State(*(jnp.asarray(part, float) for part in y))


def _fed(f: Parts, q: Array, above: Parts) -> Parts:
    """Return a tank's right-hand side with what comes from the tank above it."""
    border, rungs, coat = (of + q * coming for of, coming in zip(f, above, strict=True))
    return border, rungs, coat


def _rows(f: Parts) -> Parts:
    border, rungs, coat = (of[:-1] for of in f)
    return border, rungs, coat


def _nothing(f: Parts) -> Parts:
    border, rungs, coat = (jnp.zeros_like(of[0]) for of in f)
    return border, rungs, coat
