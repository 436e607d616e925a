"""The matrix of one implicit step on a ladder: tridiagonal rungs, bordered by species and monomer.

Solving it costs O(N). The rungs 2..N only exchange with their neighbours and with the monomer, so

    | A   r^T | | x_b |   | f_b |        b: border (species, then monomer), A small and dense
    | z   T   | | x_r | = | f_r |        r: rungs, T tridiagonal; r^T and z touch the monomer only

is eliminated from the rungs inwards: w = T^-1 z once, then for each right-hand side y = T^-1 f_r,
x_b from (A - e r.w e^T) x_b = f_b - e r.y, and x_r = y - w x_monomer.
"""

import equinox as eqx
import jax.numpy as jnp
from jax.lax.linalg import tridiagonal_solve
from jaxtyping import Array, Float


class BorderedTridiagonal(eqx.Module):
    """Matrix of N - 1 rungs bordered by a few species and the monomer.

    Attributes:
        corner: Dense block of species and monomer, the monomer last, shape (border, border).
        row: Monomer's row over rungs 2..N, shape (N-1,).
        column: Monomer's column over rungs 2..N, shape (N-1,).
        lower: Sub-diagonal of the rungs, first entry 0, shape (N-1,).
        diagonal: Diagonal of the rungs, shape (N-1,).
        upper: Super-diagonal of the rungs, last entry 0, shape (N-1,).
    """

    corner: Float[Array, "border border"]
    row: Float[Array, " rungs"]
    column: Float[Array, " rungs"]
    lower: Float[Array, " rungs"]
    diagonal: Float[Array, " rungs"]
    upper: Float[Array, " rungs"]

    def eliminate(
        self, border: Float[Array, " border"], rungs: Float[Array, " rungs"]
    ) -> "tuple[Eliminated, tuple[Float[Array, ' border'], Float[Array, ' rungs']]]":
        """Eliminate the rungs and solve for a first right-hand side in the same sweep.

        Args:
            border: Right-hand side of species and monomer, shape (border,).
            rungs: Right-hand side of the rungs 2..N, shape (N-1,).

        Returns:
            What further solves need, and the solution (border, rungs).
        """
        both = tridiagonal_solve(
            self.lower, self.diagonal, self.upper, jnp.stack([self.column, rungs], axis=1)
        )
        inner = self.corner.at[-1, -1].add(-(self.row @ both[:, 0]))
        eliminated = Eliminated(self, both[:, 0], inner)
        return eliminated, eliminated.close(border, both[:, 1])

    def dense(self) -> Float[Array, "size size"]:
        """Return the whole matrix, for tests, ordered species, monomer, rungs 2..N."""
        k, m = self.corner.shape[0], self.row.shape[0]
        whole = jnp.zeros((k + m, k + m)).at[:k, :k].set(self.corner)
        whole = whole.at[k - 1, k:].set(self.row).at[k:, k - 1].set(self.column)
        inner = jnp.diag(self.diagonal) + jnp.diag(self.lower[1:], -1) + jnp.diag(self.upper[:-1], 1)
        return whole.at[k:, k:].set(inner)


class Eliminated(eqx.Module):
    """A bordered matrix whose rungs have been eliminated, ready for further right-hand sides."""

    matrix: BorderedTridiagonal
    answer: Float[Array, " rungs"]
    """w: how the rungs answer to the monomer, shape (N-1,)."""
    inner: Float[Array, "border border"]
    """Schur complement of the rungs, shape (border, border)."""

    def solve(
        self, border: Float[Array, " border"], rungs: Float[Array, " rungs"]
    ) -> tuple[Float[Array, " border"], Float[Array, " rungs"]]:
        """Solve for a right-hand side, shapes (border,) and (N-1,)."""
        m = self.matrix
        return self.close(border, tridiagonal_solve(m.lower, m.diagonal, m.upper, rungs[:, None])[:, 0])

    def close(
        self, border: Float[Array, " border"], swept: Float[Array, " rungs"]
    ) -> tuple[Float[Array, " border"], Float[Array, " rungs"]]:
        """Finish a solve whose rungs have been swept by the tridiagonal block alone."""
        x = _solve_small(self.inner, border.at[-1].add(-(self.matrix.row @ swept)))
        return x, swept - self.answer * x[-1]


def _solve_small(
    matrix: Float[Array, "border border"], rhs: Float[Array, " border"]
) -> Float[Array, " border"]:
    """Solve a system of a few unknowns by elimination, unrolled: a library call costs more than the work.

    No pivoting: the matrix is 1/(gamma h) minus a Jacobian whose diagonal is negative (everything is used up
    in proportion to itself), so the pivots stay positive.
    """
    k = rhs.shape[0]
    a = [[matrix[i, j] for j in range(k)] for i in range(k)]
    b = [rhs[i] for i in range(k)]
    for p in range(k):
        for i in range(p + 1, k):
            factor = a[i][p] / a[p][p]
            a[i] = [a[i][j] - factor * a[p][j] if j > p else a[i][j] for j in range(k)]
            b[i] = b[i] - factor * b[p]
    x = list(b)
    for i in reversed(range(k)):
        for j in range(i + 1, k):
            x[i] = x[i] - a[i][j] * x[j]
        x[i] = x[i] / a[i][i]
    return jnp.stack(x)
