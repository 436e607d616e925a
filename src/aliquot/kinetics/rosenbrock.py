"""Rodas4: a stiffly accurate Rosenbrock method of order 4 with six stages, one elimination a step.

Coefficients of Hairer & Wanner, Solving Ordinary Differential Equations II, section VI.4 (RODAS, METHOD 1),
in the transformed form in which no matrix is multiplied:

    (I/(gamma h) - f_y) U_i = f(t + alpha_i h, y + sum_j a_ij U_j) + sum_j (c_ij / h) U_j + gamma_i h f_t

The term f_t is what temperature ramps do; without it a ramp costs the method its order (errors 170 to 3000
times larger at equal tolerance). The last two stages are embedded: the error estimate is U_6.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeAlias

import diffrax
import jax
import jax.numpy as jnp
from diffrax import RESULTS
from jaxtyping import Array, ArrayLike, Bool

from aliquot.kinetics.ladder import Ladder, Scalar, State

GAMMA = 0.25
ALPHA = (0.0, 0.386, 0.21, 0.63, 1.0, 1.0)
GAMMA_I = (0.25, -0.1043, 0.1035, -0.3620000000000023e-01, 0.0, 0.0)
A = (
    (),
    (0.1544000000000000e01,),
    (0.9466785280815826e00, 0.2557011698983284e00),
    (0.3314825187068521e01, 0.2896124015972201e01, 0.9986419139977817e00),
    (0.1221224509226641e01, 0.6019134481288629e01, 0.1253708332932087e02, -0.6878860361058950e00),
    (0.1221224509226641e01, 0.6019134481288629e01, 0.1253708332932087e02, -0.6878860361058950e00, 1.0),
)
C = (
    (),
    (-0.5668800000000000e01,),
    (-0.2430093356833875e01, -0.2063599157091915e00),
    (-0.1073529058151375e00, -0.9594562251023355e01, -0.2047028614809616e02),
    (0.7496443313967647e01, -0.1024680431464352e02, -0.3399990352819905e02, 0.1170890893206160e02),
    (
        0.8083246795921522e01,
        -0.7981132988064893e01,
        -0.3152159432874371e02,
        0.1631930543123136e02,
        -0.6058818238834054e01,
    ),
)
DENSE = (
    (
        0.1012623508344586e02,
        -0.7487995877610167e01,
        -0.3480091861555747e02,
        -0.7992771707568823e01,
        0.1025137723295662e01,
    ),
    (
        -0.6762803392801253e00,
        0.6087714651680015e01,
        0.1643084320892478e02,
        0.2476722511418386e02,
        -0.6594389125716872e01,
    ),
)

DenseInfo: TypeAlias = dict[str, State]
_DONE: Any = RESULTS.successful  # equinox's enumerations look like text to the checker


class RodasInterpolation(diffrax.AbstractLocalInterpolation):
    """Dense output of order 3: y0 (1-s) + s (y1 + (1-s) (d2 + s d3)).

    A linear combination of the stages, so mass is as exact between steps as at their ends.
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
            end, start = self.evaluate(t1), self.evaluate(t0)
            return State(end.species - start.species, end.rungs - start.rungs)
        begin, span = jnp.asarray(self.t0), jnp.asarray(self.t1) - jnp.asarray(self.t0)
        s = jnp.where(span > 0, (jnp.asarray(t0) - begin) / jnp.where(span > 0, span, 1.0), 1.0)
        parts = zip(self.y0, self.y1, self.d2, self.d3, strict=True)
        return State(*(y0 * (1 - s) + s * (y1 + (1 - s) * (d2 + s * d3)) for y0, y1, d2, d3 in parts))


class Rodas4(diffrax.AbstractAdaptiveSolver[None]):
    """The Rosenbrock step on a ladder, for diffrax's controllers, dense output and derivatives."""

    term_structure: ClassVar = Ladder
    interpolation_cls: ClassVar[Callable[..., RodasInterpolation]] = RodasInterpolation

    def order(self, terms: diffrax.AbstractTerm[Any, Any]) -> int:
        """Return the order of the method: 4, with the exact Jacobian."""
        return 4

    def error_order(self, terms: diffrax.AbstractTerm[Any, Any]) -> float:
        """Return the order at which the local error estimate falls with the step."""
        return 4.0

    def init(
        self, terms: diffrax.AbstractTerm[Any, Any], t0: Scalar, t1: Scalar, y0: State, args: None
    ) -> None:
        """Return no state: the method has no memory."""

    def step(
        self,
        terms: diffrax.AbstractTerm[Any, Any],
        t0: Scalar,
        t1: Scalar,
        y0: State,
        args: None,
        solver_state: None,
        made_jump: Bool[ArrayLike, ""],
    ) -> tuple[State, State, DenseInfo, None, RESULTS]:
        """Return the state at ``t1``, its error, and what dense output needs."""
        del solver_state, made_jump
        ladder = _unwrapped(terms)
        size = y0.rungs.shape[0]
        h = jnp.asarray(t1) - jnp.asarray(t0)
        rates = ladder.rates(ladder.temperature(t0), size)
        # At a held temperature the rate constants are those of the step's start. They are N exponentials,
        # and as many again for each constant that is differentiated: a fifth of a run.
        held = ladder.temperature(t0) == ladder.temperature(t1)
        drift = jax.lax.cond(held, lambda: jax.tree.map(jnp.zeros_like, y0), lambda: ladder.drift(t0, y0))
        matrix = ladder.shifted(rates, y0, 1.0 / (GAMMA * h))
        start = _joined(y0)
        at_time = {0.0: rates}
        for alpha in sorted(set(ALPHA[1:])):
            at_time[alpha] = jax.lax.cond(
                held,
                lambda: rates,
                lambda alpha=alpha: ladder.rates(ladder.temperature(t0 + alpha * h), size),
            )
        stages: list[tuple[Array, Array]] = []
        for i in range(6):
            point = _combined(start, A[i], stages)
            f = _joined(ladder.change(at_time[ALPHA[i]], _split(point)))
            f = _combined(f, [c / h for c in C[i]], stages)
            if GAMMA_I[i]:
                f = _combined(f, [GAMMA_I[i] * h], [_joined(drift)])
            if i == 0:
                eliminated, stage = matrix.eliminate(*f)
            else:
                stage = eliminated.solve(*f)
            stages.append(stage)
        y1 = _split(_combined(point, [1.0], stages[5:]))
        zero = (jnp.zeros_like(start[0]), jnp.zeros_like(start[1]))
        d2, d3 = (_split(_combined(zero, weights, stages[:5])) for weights in DENSE)
        return y1, _split(stages[5]), {"y0": y0, "y1": y1, "d2": d2, "d3": d3}, None, _DONE

    def func(self, terms: diffrax.AbstractTerm[Any, Any], t0: Scalar, y0: State, args: None) -> State:
        """Return the right-hand side, by which diffrax guesses a first step."""
        return _unwrapped(terms).vf(t0, y0)


def _unwrapped(terms: diffrax.AbstractTerm[Any, Any]) -> Ladder:
    """Return the ladder that diffrax wraps so that it could run backwards; we never do."""
    unknown: Any = terms
    ladder: Ladder = getattr(unknown, "term", unknown)
    return ladder


def _joined(y: State) -> tuple[Array, Array]:
    """Group a state as the matrix does: border (species, monomer) and rungs 2..N."""
    return jnp.concatenate([y.species, y.rungs[:1]]), y.rungs[1:]


def _split(parts: tuple[Array, Array]) -> State:
    """Group border and rungs as a state."""
    border, rungs = parts
    return State(border[:-1], jnp.concatenate([border[-1:], rungs]))


def _combined(
    base: tuple[Array, Array], weights: Sequence[float | Array], parts: Sequence[tuple[Array, Array]]
) -> tuple[Array, Array]:
    """Return base + sum of weights times parts."""
    border, rungs = base
    for weight, (part_border, part_rungs) in zip(weights, parts, strict=False):
        border = border + weight * part_border
        rungs = rungs + weight * part_rungs
    return border, rungs
