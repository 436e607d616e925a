"""The Rosenbrock step on a ladder: one elimination, a few sweeps, for diffrax's controllers and derivatives.

Which coefficients fit depends on the linearisation: RODAS4 where it is exact, ROS34PW2 where something is
left out of it (decision record 0009). Coefficients stand in ``tableau.py``.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias, runtime_checkable

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
from diffrax import RESULTS
from jaxtyping import Array, ArrayLike, Bool

from aliquot.kinetics.ladder import Feed, Rates, Scalar, State
from aliquot.kinetics.tableau import RODAS4, ROS34PW2, Tableau

DenseInfo: TypeAlias = dict[str, State]
_DONE: Any = RESULTS.successful  # equinox's enumerations look like text to the checker


@runtime_checkable
class Matrix(Protocol):
    """The matrix of an implicit step, in the parts border, rungs 2..N and coats."""

    def eliminate(
        self, border: Array, rungs: Array, coat: Array, /
    ) -> tuple[Any, tuple[Array, Array, Array]]:
        """Return what solves for further right-hand sides, and the solution for this one."""
        ...


@runtime_checkable
class Stepped(Protocol):
    """What a step asks of a term: a ladder, or tanks of ladders with their states along a leading axis."""

    @property
    def exact(self) -> bool:
        """Whether :meth:`shifted` is the exact linearisation."""
        ...

    @property
    def feed(self) -> Feed | None:
        """What makes the volume grow."""
        ...

    def temperature(self, t: Scalar, /) -> Array:
        """Return the temperature [K] at a time [s]."""
        ...

    def swelling(self, t: Scalar, /) -> Array:
        """Return V/V(0) at a time [s]."""
        ...

    def steady(self, t0: Scalar, t1: Scalar, /) -> Array:
        """Return whether the rate constants are the same at two times [s]."""
        ...

    def rates(self, temperature: Array, size: int, /) -> Rates:
        """Return the rate constants at a temperature [K]."""
        ...

    def change(self, rates: Rates, y: State, swelling: Array, /) -> State:
        """Return dy/dt [mol m-3 s-1]."""
        ...

    def shifted(self, rates: Rates, y: State, shift: Array, swelling: Array, /) -> Matrix:
        """Return ``shift`` I - df/dy [s-1]."""
        ...

    def drift(self, t: Scalar, y: State, /) -> State:
        """Return df/dt [mol m-3 s-2]."""
        ...

    def vf(self, t: Scalar, y: State, /) -> State:
        """Return dy/dt [mol m-3 s-1] at a time [s]."""
        ...


class CubicOutput(diffrax.AbstractLocalInterpolation):
    """Dense output of order 3: y0 (1-s) + s (y1 + (1-s) (d2 + s d3)).

    A linear combination of the stages, so mass is as exact between steps as at their ends. With
    d2 = h f0 - (y1 - y0) and d3 = 2 (y1 - y0) - h (f0 + f1) it is Hermite's cubic.
    """

    t0: Scalar  # type: ignore[misc]  # diffrax declares the ends as abstract class variables
    t1: Scalar  # type: ignore[misc]
    y0: State
    y1: State
    d2: State
    d3: State

    def evaluate(self, t0: Scalar, t1: Scalar | None = None, left: bool = True) -> State:
        """Return the state at ``t0`` [s], or its change up to ``t1`` [s]."""
        del left
        if t1 is not None:
            return _sum(self.evaluate(t1), [-1.0], [self.evaluate(t0)])
        begin, span = jnp.asarray(self.t0), jnp.asarray(self.t1) - jnp.asarray(self.t0)
        s = jnp.where(span > 0, (jnp.asarray(t0) - begin) / jnp.where(span > 0, span, 1.0), 1.0)
        weights = [1 - s, s, s * (1 - s), s * s * (1 - s)]
        zero = jax.tree.map(jnp.zeros_like, self.y0)
        return _sum(zero, weights, [self.y0, self.y1, self.d2, self.d3])


class Memory(NamedTuple):
    """What the end of one step leaves to the beginning of the next."""

    rates: Rates
    """Rate constants at that time: N exponentials, which a held temperature need not repeat."""
    slope: State
    """dy/dt at that time [mol m-3 s-1]."""


class Rosenbrock(diffrax.AbstractAdaptiveSolver[Memory]):
    """A Rosenbrock step by a tableau.

    Attributes:
        tableau: The coefficients.
    """

    tableau: Tableau = eqx.field(static=True)
    term_structure: ClassVar = diffrax.AbstractTerm
    interpolation_cls: ClassVar[Callable[..., CubicOutput]] = CubicOutput

    def order(self, terms: diffrax.AbstractTerm[Any, Any]) -> int:
        """Return the order of the method on this ladder."""
        return self.tableau.order if _unwrapped(terms).exact else self.tableau.order_inexact

    def error_order(self, terms: diffrax.AbstractTerm[Any, Any]) -> float:
        """Return the order at which the local error estimate falls with the step."""
        return self.tableau.error_order

    def init(
        self, terms: diffrax.AbstractTerm[Any, Any], t0: Scalar, t1: Scalar, y0: State, args: None
    ) -> Memory:
        """Return rate constants and slope at the start."""
        ladder = _unwrapped(terms)
        rates = ladder.rates(ladder.temperature(t0), y0.rungs.shape[-1])
        return Memory(rates, ladder.change(rates, y0, ladder.swelling(t0)))

    def step(
        self,
        terms: diffrax.AbstractTerm[Any, Any],
        t0: Scalar,
        t1: Scalar,
        y0: State,
        args: None,
        solver_state: Memory,
        made_jump: Bool[ArrayLike, ""],
    ) -> tuple[State, State, DenseInfo, Memory, RESULTS]:
        """Return the state at ``t1``, its error, and what dense output and the next step need."""
        del made_jump
        ladder, method, before = _unwrapped(terms), self.tableau, solver_state
        h = jnp.asarray(t1) - jnp.asarray(t0)
        rates_at = _rates_of_stages(ladder, method, before.rates, t0, h)
        matrix = ladder.shifted(before.rates, y0, 1.0 / (method.gamma * h), ladder.swelling(t0))
        drift = _drift(ladder, t0, t1, y0)
        stages: list[State] = []
        for i, alpha in enumerate(method.alpha):
            if i == 0:
                f = before.slope
            else:
                point = _sum(y0, method.a[i], stages)
                f = ladder.change(rates_at[alpha], point, ladder.swelling(t0 + alpha * h))
            f = _sum(f, [c / h for c in method.c[i]], stages)
            if drift is not None and method.gamma_i[i]:
                f = _sum(f, [method.gamma_i[i] * h], [drift])
            if i == 0:
                eliminated, solved = matrix.eliminate(*_parted(f))
            else:
                solved = eliminated.solve(*_parted(f))
            stages.append(_whole(*solved))
        zero = jax.tree.map(jnp.zeros_like, y0)
        y1, error = _sum(y0, method.m, stages), _sum(zero, method.e, stages)
        slope = ladder.change(rates_at[1.0], y1, ladder.swelling(t1))
        if method.dense is not None:
            d2, d3 = (_sum(zero, weights, stages) for weights in method.dense)
        else:
            d2 = _sum(zero, [h, -1.0, 1.0], [before.slope, y1, y0])
            d3 = _sum(zero, [2.0, -2.0, -h, -h], [y1, y0, before.slope, slope])
        dense = {"y0": y0, "y1": y1, "d2": d2, "d3": d3}
        return y1, error, dense, Memory(rates_at[1.0], slope), _DONE

    def func(self, terms: diffrax.AbstractTerm[Any, Any], t0: Scalar, y0: State, args: None) -> State:
        """Return the right-hand side, by which diffrax guesses a first step."""
        return _unwrapped(terms).vf(t0, y0)


def solver_of(ladder: Stepped) -> Rosenbrock:
    """Return the method that fits a ladder: RODAS4 where its linearisation is exact, else ROS34PW2."""
    return Rosenbrock(RODAS4 if ladder.exact else ROS34PW2)


def _rates_of_stages(
    ladder: Stepped, method: Tableau, rates: Rates, t0: Scalar, h: Array
) -> dict[float, Rates]:
    """Return the rate constants at the times of the stages, anew only where the temperature moves."""
    size, held = rates.up.shape[-1], ladder.steady(t0, t0 + h)
    times = sorted({1.0, *method.alpha[1:]})

    def anew() -> Rates:
        # One program for all times: each that is written out would be compiled again.
        found: Rates = jax.lax.map(
            lambda a: ladder.rates(ladder.temperature(t0 + a * h), size), jnp.array(times)
        )
        return found

    def kept() -> Rates:
        same: Rates = jax.tree.map(lambda k: jnp.broadcast_to(k, (len(times), *k.shape)), rates)
        return same

    stacked = jax.lax.cond(held, kept, anew)
    return {alpha: jax.tree.map(lambda k, i=i: k[i], stacked) for i, alpha in enumerate(times)}


def _drift(ladder: Stepped, t0: Scalar, t1: Scalar, y0: State) -> State | None:
    """Return df/dt, nothing where neither the temperature moves nor the volume grows."""
    held = ladder.steady(t0, t1)
    if ladder.feed is not None:
        held = held & (ladder.feed.rate == 0.0)
    drift: State = jax.lax.cond(held, lambda: jax.tree.map(jnp.zeros_like, y0), lambda: ladder.drift(t0, y0))
    return drift


def _unwrapped(terms: diffrax.AbstractTerm[Any, Any]) -> Stepped:
    """Return the ladder that diffrax wraps so that it could run backwards; we never do."""
    unknown: Any = terms
    ladder: Stepped = getattr(unknown, "term", unknown)
    return ladder


def _parted(y: State) -> tuple[Array, Array, Array]:
    """Part a state as the matrix does: border (species, monomer), rungs 2..N, coats."""
    return (
        jnp.concatenate([y.species, y.rungs[..., :1]], axis=-1),
        y.rungs[..., 1:],
        jnp.asarray(y.coat),
    )


def _whole(border: Array, rungs: Array, coat: Array) -> State:
    """Join border, rungs and coats to a state."""
    return State(border[..., :-1], jnp.concatenate([border[..., -1:], rungs], axis=-1), coat)


def _sum(base: State, weights: Sequence[float | Array], parts: Sequence[State]) -> State:
    """Return base + sum of weights times parts."""
    total = base
    for weight, part in zip(weights, parts, strict=False):
        if isinstance(weight, float) and weight == 0.0:
            continue
        total = jax.tree.map(lambda whole, piece, weight=weight: whole + weight * piece, total, part)
    return total
