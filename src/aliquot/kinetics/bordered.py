"""The matrix of one implicit step on a ladder: tridiagonal rungs, bordered by species and monomer.

Solving it costs O(N). The rungs 2..N only exchange with their neighbours and with the monomer, so

    | A   r^T | | x_b |   | f_b |        b: border (species, then monomer), A small and dense
    | z   T   | | x_r | = | f_r |        r: rungs, T tridiagonal; r^T and z touch the monomer only

is eliminated from the rungs inwards: w = T^-1 z once, then for each right-hand side y = T^-1 f_r,
x_b from (A - e r.w e^T) x_b = f_b - e r.y, and x_r = y - w x_monomer. Coats on cores answer to the monomer
alone and are filled in last.
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax.lax import linalg
from jax.lax.linalg import triangular_solve, tridiagonal_solve
from jaxtyping import Array, Float, Int

Border = Float[Array, " border"]
Rungs = Float[Array, " rungs"]
Coat = Float[Array, " cores"]


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

    def eliminate(
        self, border: Border, rungs: Rungs, coat: Coat
    ) -> "tuple[Eliminated, tuple[Border, Rungs, Coat]]":
        """Eliminate the rungs and solve for a first right-hand side in the same sweep.

        Args:
            border: Right-hand side of species and monomer, shape (border,).
            rungs: Right-hand side of the rungs 2..N, shape (N-1,).
            coat: Right-hand side of the coats, shape (cores,).

        Returns:
            What further solves need, and the solution (border, rungs, coat).
        """
        both = tridiagonal_solve(
            self.lower, self.diagonal, self.upper, jnp.stack([self.column, rungs], axis=1)
        )
        inner = self.corner.at[-1, -1].add(-(self.row @ both[:, 0]))
        lu, _, order = linalg.lu(inner)
        eliminated = Eliminated(self, both[:, 0], Factors(lu, order))
        return eliminated, eliminated.close(border, both[:, 1], coat)

    def dense(self) -> Float[Array, "size size"]:
        """Return the whole matrix, for tests, ordered species, monomer, rungs 2..N, coats."""
        k, m, s = self.corner.shape[0], self.row.shape[0], self.coat.shape[0]
        whole = jnp.zeros((k + m + s, k + m + s)).at[:k, :k].set(self.corner)
        whole = whole.at[k - 1, k : k + m].set(self.row).at[k : k + m, k - 1].set(self.column)
        inner = jnp.diag(self.diagonal) + jnp.diag(self.lower[1:], -1) + jnp.diag(self.upper[:-1], 1)
        whole = whole.at[k : k + m, k : k + m].set(inner)
        return whole.at[k + m :, k - 1].set(self.coat).at[k + m :, k + m :].set(self.shift * jnp.eye(s))


class Factors(NamedTuple):
    """LU factors of a small matrix."""

    lu: Float[Array, "border border"]
    """Both triangles in one, shape (border, border)."""
    order: Int[Array, " border"]
    """Order in which its rows were taken, shape (border,)."""


class Eliminated(eqx.Module):
    """A bordered matrix whose rungs have been eliminated, ready for further right-hand sides."""

    matrix: BorderedTridiagonal
    answer: Rungs
    """w: how the rungs answer to the monomer, shape (N-1,)."""
    inner: "Factors"
    """Of the Schur complement of the rungs."""

    def solve(self, border: Border, rungs: Rungs, coat: Coat) -> tuple[Border, Rungs, Coat]:
        """Solve for a right-hand side, shapes (border,), (N-1,) and (cores,)."""
        m = self.matrix
        swept = tridiagonal_solve(m.lower, m.diagonal, m.upper, rungs[:, None])[:, 0]
        return self.close(border, swept, coat)

    def close(self, border: Border, swept: Rungs, coat: Coat) -> tuple[Border, Rungs, Coat]:
        """Finish a solve whose rungs have been swept by the tridiagonal block alone."""
        x = _substituted(self.inner, border.at[-1].add(-(self.matrix.row @ swept)))
        return x, swept - self.answer * x[-1], (coat - self.matrix.coat * x[-1]) / self.matrix.shift


def _substituted(factors: "Factors", rhs: Border) -> Border:
    """Solve for a right-hand side with LU factors."""
    lu, order = factors
    x = triangular_solve(lu, rhs[order][:, None], left_side=True, lower=True, unit_diagonal=True)
    return triangular_solve(lu, x, left_side=True, lower=False)[:, 0]
