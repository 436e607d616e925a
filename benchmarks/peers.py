"""The same ladder, solved by general integrators: equations, exact Jacobian, and each peer at its best."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int
from scipy.integrate import solve_ivp
from scipy.sparse import coo_array, csc_array

from aliquot.kinetics.ladder import Ladder
from aliquot.reactors.profile import Profile
from benchmarks.flow import FEED, WALL, constants

Vector = Float[np.ndarray, " unknowns"]


@dataclass(frozen=True)
class Equations:
    """In, P and the rungs 1..N at one temperature; the phosphonium salt does nothing and is left to us."""

    up: Float[np.ndarray, " N"]
    """a_n [m3 mol-1 s-1]."""
    down: Float[np.ndarray, " N"]
    """b_n [s-1]."""
    rate: float
    """Of the conversion [m3 mol-1 s-1]."""
    used: Float[np.ndarray, " 2"]
    """Moles of In and P used for one of InP."""
    start: Vector
    """[mol m-3]."""
    pattern: csc_array
    """Where the Jacobian is not zero; its data tell which of :meth:`entries` stands there."""

    @classmethod
    def of(cls, size: int) -> "Equations":
        """Take the rate constants from our own ladder, so that all solve one problem."""
        ladder = Ladder(constants(), Profile.towards(WALL))
        rates = ladder.rates(jnp.asarray(WALL), size)
        used = -np.array(ladder.chemistry.reactions[0].change[:2])
        begin = np.concatenate([FEED[:2], np.zeros(size)])
        rows, columns = _places(size)
        whole = coo_array((np.arange(rows.size), (rows, columns)), shape=(size + 2, size + 2)).tocsc()
        order, indices, ends = whole.data, whole.indices.astype(np.int32), whole.indptr.astype(np.int32)
        numbered = csc_array((order, indices, ends), whole.shape)  # SuperLU takes no longer integers
        return cls(
            np.asarray(rates.up), np.asarray(rates.down), float(rates.reactions[0]), used, begin, numbered
        )

    def change(self, t: float, y: Vector) -> Vector:
        """Return dy/dt [mol m-3 s-1]."""
        del t
        c, speed = y[2:], self.rate * y[0] * y[1]
        flux = self.up[:-1] * c[0] * c[:-1] - self.down[1:] * c[1:]
        f = np.empty_like(y)
        f[:2] = -speed * self.used
        f[2] = speed - flux[0] - flux.sum()
        f[3:-1] = flux[:-1] - flux[1:]
        f[-1] = flux[-1]
        return f

    def entries(self, y: Vector) -> Float[np.ndarray, " entries"]:
        """Return what is not zero of the Jacobian [s-1], in the order of the pattern's columns."""
        c = y[2:]
        up, taken = self.up * c[0], self.up * c
        slopes = self.rate * y[1::-1]
        arrival = taken[:-1].copy()
        arrival[0] *= 2.0
        column = arrival - taken[1:]
        row = (self.down - up)[1:]
        row[0] += self.down[1]
        corner = [-4.0 * up[0] - taken[1:].sum()]
        feed = np.concatenate([-np.outer(self.used, slopes).ravel(), slopes])
        rungs = [-(up + self.down)[1:], up[1:-1], self.down[2:]]
        return np.concatenate([feed, corner, row, column, *rungs])[self.pattern.data]

    def sparse(self, t: float, y: Vector) -> csc_array:
        """Return the Jacobian [s-1]."""
        del t
        return csc_array((self.entries(y), self.pattern.indices, self.pattern.indptr), self.pattern.shape)

    def dense(self, t: float, y: Vector) -> Float[np.ndarray, "unknowns unknowns"]:
        """Return the Jacobian [s-1] with its zeros."""
        return self.sparse(t, y).toarray()

    def backwards(self) -> csc_array:
        """Return ones where the Jacobian is not zero, for the unknowns in reverse order."""
        pattern = self.pattern
        size = pattern.shape[0]
        ends = (pattern.indptr[-1] - pattern.indptr[::-1]).astype(np.int32)
        return csc_array(
            (np.ones(pattern.nnz), (size - 1 - pattern.indices[::-1]).astype(np.int32), ends), pattern.shape
        )


def _places(size: int) -> tuple[Int[np.ndarray, " entries"], Int[np.ndarray, " entries"]]:
    """Return rows and columns of what is not zero: feed, monomer, its row and column, then the rungs."""
    n = np.arange(3, size + 2)
    ones = np.full(n.size, 2)
    rows = [np.array([0, 0, 1, 1, 2, 2, 2]), ones, n, n, n[1:], n[:-1]]
    columns = [np.array([0, 1, 0, 1, 0, 1, 2]), n, ones, n, n[:-1], n[1:]]
    return np.concatenate(rows), np.concatenate(columns)


def _with_scipy(method: str, jacobian: str) -> Callable[[Equations, float, float, float], Vector]:
    def solve(equations: Equations, end: float, rtol: float, atol: float) -> Vector:
        found = solve_ivp(
            equations.change, (0.0, end), equations.start, method=method, jac=getattr(equations, jacobian),
            rtol=rtol, atol=atol, t_eval=[end],
        )  # fmt: skip
        return np.asarray(found.y[:, -1])

    return solve


def _with_cvode(linear: str) -> Callable[[Equations, float, float, float], Vector]:
    """Solve from the top rung down, so that elimination ends with the dense border instead of filling in."""

    def solve(equations: Equations, end: float, rtol: float, atol: float) -> Vector:
        def change(t: float, y: Vector, yp: Vector) -> None:
            yp[::-1] = equations.change(t, y[::-1])

        def jacobian(t: float, y: Vector, yp: Vector, whole: np.ndarray) -> None:
            del yp
            if linear == "sparse":
                whole[::-1] = equations.entries(y[::-1])
            else:
                whole[::-1, ::-1] = equations.dense(t, y[::-1])

        pattern = equations.backwards()
        options = {"sparsity": pattern} if linear == "sparse" else {}
        solver = import_module("sksundae.cvode").CVODE(
            change, method="BDF", rtol=rtol, atol=atol, linsolver=linear, jacfn=jacobian,
            max_num_steps=1_000_000, **options,
        )  # fmt: skip
        return np.asarray(solver.solve([0.0, end], equations.start[::-1].copy()).y[-1, ::-1])

    return solve


PEERS = {
    "SciPy BDF, sparse": _with_scipy("BDF", "sparse"),
    "SciPy LSODA, dense": _with_scipy("LSODA", "dense"),
    "SUNDIALS CVODE, sparse": _with_cvode("sparse"),
    "SUNDIALS CVODE, dense": _with_cvode("lapackdense"),
}
"""Integrators and linear algebra. All get the exact Jacobian; a banded one does not hold the monomer."""


def timed(name: str, size: int, end: float, rtol: float, atol: float) -> tuple[float, Vector]:
    """Return the time of a solve [s] after one on a short ladder, and the rungs at the end [mol m-3]."""
    solve = PEERS[name]
    solve(Equations.of(50), 1.0, rtol, atol)
    equations = Equations.of(size)
    began = time.perf_counter()
    y = solve(equations, end, rtol, atol)
    return time.perf_counter() - began, y[2:]
