"""Coarse rungs: the ladder on some 250 pivots, for dots above 7 nm, loops of design and fits.

The same law as in ``ladder.py``; every event of the coarse part is spread on five pivots so that its moments
0 to 4 are those of one unit more or less. Where pivots stand one unit apart that IS the exact ladder.

The linearisation keeps three pivots only: it stays tridiagonal and conserves every atom, and ROS34PW2 is of
order 3 whatever matrix it is given (decision record 0010).
"""

from dataclasses import replace

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from aliquot.kinetics.bordered import BorderedTridiagonal
from aliquot.kinetics.ladder import Ladder, Rates, State
from aliquot.kinetics.laws import product
from aliquot.kinetics.pivots import Grid, Spread

_NIL = np.zeros(1)


class CoarseLadder(Ladder):
    """The ladder on the pivots of a grid; a state's rungs are concentrations on pivots.

    Attributes:
        grid: Where the pivots stand; not optional, though it stands behind what is.
    """

    grid: Grid = eqx.field(static=True, default=Grid(3000))

    @property
    def exact(self) -> bool:
        """Whether :meth:`shifted` is the exact linearisation: never, it keeps three neighbours of five."""
        return False

    def rates(self, temperature: Float[Array, ""], size: int) -> Rates:
        """Return the rate constants of the pivots at a temperature [K]; the grid knows how many there are."""
        del size
        few = super().rates(temperature, 2)
        n = jnp.asarray(self.grid.pivots)
        attachment = self.chemistry.attachment
        a = attachment(n[:-1], temperature)
        below = n[1:] - 1.0
        climb = self.chemistry.landscape.climb(below, temperature)
        solubility = self.chemistry.solubility.rate(temperature)
        b = attachment(below, temperature) * solubility * jnp.exp(climb)
        return few._replace(up=jnp.concatenate([a, _NIL]), down=jnp.concatenate([_NIL, b]))

    def change(self, rates: Rates, y: State, swelling: Float[Array, ""] | float = 1.0) -> State:
        """Return dy/dt [mol m-3 s-1] under given rate constants, in a volume grown by ``swelling``."""
        found = super().change(rates, y, swelling)  # each event is one unit: the monomer's rate is the same
        up, down, _ = self._speeds(rates, y, swelling)
        events = _spread(self.grid.spread(5), up * y.rungs, down * y.rungs)
        x = jnp.concatenate([y.species, y.rungs[:1]]) / swelling
        joined = self._joined(rates, y.rungs, x) / swelling
        moved = events + joined
        if self.feed is not None and self.feed.rungs is not None:
            moved = moved + self.feed.rate * self.feed.rungs
        return found._replace(rungs=jnp.concatenate([found.rungs[:1], moved[1:]]))

    def shifted(
        self, rates: Rates, y: State, shift: Float[Array, ""], swelling: Float[Array, ""] | float = 1.0
    ) -> BorderedTridiagonal:
        """Return ``shift`` I - J [s-1], where J spreads events on three pivots and conserves every atom."""
        exact = super().shifted(rates, y, shift, swelling)
        up, down, taken = self._speeds(rates, y, swelling)
        column = -_spread(self.grid.spread(5), taken.at[0].mul(2.0), jnp.zeros(taken.shape))
        three = self.grid.spread(3)
        to_lower, stay, to_upper = (three.up * up[:, None] + three.down * down[:, None])[1:].T
        return replace(
            exact,
            column=column[1:],
            lower=jnp.concatenate([_NIL, -to_upper[:-1]]),
            diagonal=shift - stay,
            upper=jnp.concatenate([-to_lower[1:], _NIL]),
        )

    def _speeds(
        self, rates: Rates, y: State, swelling: Float[Array, ""] | float
    ) -> tuple[Float[Array, " M"], Float[Array, " M"], Float[Array, " M"]]:
        """Return how often a particle gains and loses a unit, and how gains answer to monomer [s-1]."""
        x = jnp.concatenate([y.species, y.rungs[:1]]) / swelling
        gate = product(self.chemistry.attachment.gates, x)
        down = rates.down * (gate * product(self.chemistry.solubility.factors, x))
        return rates.up * (gate * x[-1]), down, rates.up * (gate * y.rungs / swelling)

    def _joined(self, rates: Rates, c: Float[Array, " N"], x: Float[Array, " border"]) -> Float[Array, " N"]:
        """Return what agglomeration does to the exact rungs; what leaves them was refused before."""
        exact = self.grid.exact
        return jnp.pad(super()._joined(rates, c[:exact], x), (0, c.shape[0] - exact))


def _spread(spread: Spread, up: Float[Array, " M"], down: Float[Array, " M"]) -> Float[Array, " M"]:
    """Return what events of each pivot [mol m-3 s-1] do to all pivots."""
    shares = (spread.up * up[:, None] + spread.down * down[:, None]).T
    half, size = shares.shape[0] // 2, up.shape[0]
    moved = [jnp.pad(share, (k, 2 * half - k))[half : half + size] for k, share in enumerate(shares)]
    return jnp.stack(moved).sum(axis=0)
