"""The matrix of one implicit step on a ladder: tridiagonal rungs, bordered by species and monomer.

Solving it costs O(N). The rungs 2..N only exchange with their neighbours and with the monomer, so

    | A   r^T | | x_b |   | f_b |        b: border (species, then monomer), A small and dense
    | z   T   | | x_r | = | f_r |        r: rungs, T tridiagonal; r^T and z touch the monomer only

is eliminated from the rungs inwards: w = T^-1 z once, then for each right-hand side y = T^-1 f_r,
x_b from (A - e r.w e^T) x_b = f_b - e r.y, and x_r = y - w x_monomer. Coats on cores answer to the monomer
alone and are filled in last.
"""

from typing import NamedTuple, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.lax.linalg import lu, triangular_solve, tridiagonal_solve
from jaxtyping import Array, Float

Border: TypeAlias = Float[Array, " border"]
Rungs: TypeAlias = Float[Array, " rungs"]
Coat: TypeAlias = Float[Array, " cores"]
Parts: TypeAlias = tuple[Border, Rungs, Coat]


class BorderedTridiagonal(eqx.Module):
    """Matrix of N - 1 rungs bordered by a few species and the monomer.

    Attributes:
        corner: Dense block of species and monomer, the monomer last, shape (border, border).
        row: Monomer's row over rungs 2..N, shape (N-1,).
        column: Monomer's column over rungs 2..N, shape (N-1,).
        lower: Sub-diagonal of the rungs, first entry 0, shape (N-1,).
        diagonal: Diagonal of the rungs, shape (N-1,).
        upper: Super-diagonal of the rungs, last entry 0, shape (N-1,).
        coat: Monomer's column over coats, whose own block is ``shift`` I, shape (cores,).
        shift: What was added to the diagonal [s-1].
    """

    corner: Float[Array, "border border"]
    row: Rungs
    column: Rungs
    lower: Rungs
    diagonal: Rungs
    upper: Rungs
    coat: Coat
    shift: Float[Array, ""]

    def eliminate(self, border: Border, rungs: Rungs, coat: Coat) -> "tuple[Eliminated, Parts]":
        """Eliminate the rungs and solve for a first right-hand side in the same sweep.

        Args:
            border: Right-hand side of species and monomer, shape (border,).
            rungs: Right-hand side of the rungs 2..N, shape (N-1,).
            coat: Right-hand side of the coats, shape (cores,).

        Returns:
            What further solves need, and the solution (border, rungs, coat).
        """
        factors, solution = _eliminated(self, (border, rungs, coat))
        return Eliminated(self, factors), solution

    def times(self, x: Parts) -> Parts:
        """Return the product with a vector (border, rungs, coat)."""
        border, rungs, coat = x
        monomer = border[-1]
        below, above = jnp.pad(rungs[:-1], (1, 0)), jnp.pad(rungs[1:], (0, 1))
        return (
            (self.corner @ border).at[-1].add(self.row @ rungs),
            self.column * monomer + self.lower * below + self.diagonal * rungs + self.upper * above,
            self.coat * monomer + self.shift * coat,
        )

    def dense(self) -> Float[Array, "size size"]:
        """Return the whole matrix, for tests, ordered species, monomer, rungs 2..N, coats."""
        k, m, s = self.corner.shape[0], self.row.shape[0], self.coat.shape[0]
        whole = jnp.zeros((k + m + s, k + m + s)).at[:k, :k].set(self.corner)
        whole = whole.at[k - 1, k : k + m].set(self.row).at[k : k + m, k - 1].set(self.column)
        inner = jnp.diag(self.diagonal) + jnp.diag(self.lower[1:], -1) + jnp.diag(self.upper[:-1], 1)
        whole = whole.at[k : k + m, k : k + m].set(inner)
        return whole.at[k + m :, k - 1].set(self.coat).at[k + m :, k + m :].set(self.shift * jnp.eye(s))


class Factors(NamedTuple):
    """What the elimination of a matrix leaves to its solves."""

    answer: Rungs
    """w: how the rungs answer to the monomer, shape (N-1,)."""
    inner: Float[Array, "border border"]
    """Triangular factors of the Schur complement of the rungs, both in one, shape (border, border)."""
    order: Float[Array, "border border"]
    """Permutation in which its rows were taken, shape (border, border)."""


class Eliminated(eqx.Module):
    """A bordered matrix whose rungs have been eliminated, ready for further right-hand sides."""

    matrix: BorderedTridiagonal
    factors: Factors

    def solve(self, border: Border, rungs: Rungs, coat: Coat) -> Parts:
        """Solve for a right-hand side, shapes (border,), (N-1,) and (cores,)."""
        return _solved(self.matrix, self.factors, (border, rungs, coat))


# Derivatives go through the solution, not through the elimination: M dx = df - dM x costs one sweep more for
# each tangent, with the factors that are there.


@jax.custom_jvp
def _eliminated(matrix: BorderedTridiagonal, f: Parts) -> tuple[Factors, Parts]:
    """Eliminate, and solve for one right-hand side in the same sweep."""
    both = tridiagonal_solve(
        matrix.lower, matrix.diagonal, matrix.upper, jnp.stack([matrix.column, f[1]], axis=1)
    )
    inner = matrix.corner.at[-1, -1].add(-(matrix.row @ both[:, 0]))
    triangles, _, order = lu(inner)
    factors = Factors(both[:, 0], triangles, jnp.eye(order.shape[0])[order])
    return factors, _closed(matrix, factors, f, both[:, 1])


@_eliminated.defjvp
def _(
    primals: tuple[BorderedTridiagonal, Parts], tangents: tuple[BorderedTridiagonal, Parts]
) -> tuple[tuple[Factors, Parts], tuple[Factors, Parts]]:
    matrix, f = primals
    factors, x = _eliminated(matrix, f)
    still: Factors = jax.tree.map(jnp.zeros_like, factors)
    return (factors, x), (still, _tangent(matrix, factors, x, tangents))


@jax.custom_jvp
def _solved(matrix: BorderedTridiagonal, factors: Factors, f: Parts) -> Parts:
    """Solve for a right-hand side with the factors of the matrix."""
    swept = tridiagonal_solve(matrix.lower, matrix.diagonal, matrix.upper, f[1][:, None])[:, 0]
    return _closed(matrix, factors, f, swept)


@_solved.defjvp
def _(
    primals: tuple[BorderedTridiagonal, Factors, Parts], tangents: tuple[BorderedTridiagonal, Factors, Parts]
) -> tuple[Parts, Parts]:
    matrix, factors, f = primals
    x = _solved(matrix, factors, f)
    return x, _tangent(matrix, factors, x, (tangents[0], tangents[2]))


def _tangent(
    matrix: BorderedTridiagonal, factors: Factors, x: Parts, tangents: tuple[BorderedTridiagonal, Parts]
) -> Parts:
    """Return dx from M dx = df - dM x."""
    moved, df = tangents
    rest: Parts = jax.tree.map(jnp.subtract, df, moved.times(x))
    return _solved(matrix, factors, rest)


def _closed(matrix: BorderedTridiagonal, factors: Factors, f: Parts, swept: Rungs) -> Parts:
    """Finish a solve whose rungs have been swept by the tridiagonal block alone."""
    border, _, coat = f
    x = _substituted(factors, border.at[-1].add(-(matrix.row @ swept)))
    return x, swept - factors.answer * x[-1], (coat - matrix.coat * x[-1]) / matrix.shift


def _substituted(factors: Factors, rhs: Border) -> Border:
    """Solve with the triangular factors of the Schur complement."""
    x = (factors.order @ rhs)[:, None]
    x = triangular_solve(factors.inner, x, left_side=True, lower=True, unit_diagonal=True)
    return triangular_solve(factors.inner, x, left_side=True, lower=False)[:, 0]
