"""A ladder at one temperature for good: what a moving one would ask of a step is left out of the program.

The equations are those of :class:`~aliquot.kinetics.ladder.Ladder`, to which everything is handed. Because
it is known beforehand that rate constants stay, the compiler drops the branch that makes them anew.
"""

from typing import Any

import diffrax
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from aliquot.kinetics.bordered import BorderedTridiagonal
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.ladder import Ladder, Rates, Scalar, State
from aliquot.reactors.profile import Profile


class Held(diffrax.AbstractTerm[Any, Any]):  # its state is a State, its control the length of a step
    """A ladder whose temperature and volume stay, as a term that diffrax integrates.

    Attributes:
        ladder: Constants and temperature.
    """

    ladder: Ladder

    @classmethod
    def at(cls, chemistry: Chemistry, kelvin: Float[Array, ""]) -> "Held":
        """Return the ladder of a chemistry at a temperature [K]."""
        return cls(Ladder(chemistry, Profile.towards(kelvin)))

    @property
    def exact(self) -> bool:
        """Whether the linearisation is exact."""
        return self.ladder.exact

    @property
    def feed(self) -> None:
        """Nothing flows in."""
        return

    def temperature(self, t: Scalar) -> Float[Array, ""]:
        """Return the temperature [K], the same at all times."""
        return self.ladder.temperature(t)

    def swelling(self, t: Scalar) -> Float[Array, ""]:
        """Return 1: the volume stays."""
        return self.ladder.swelling(t)

    def steady(self, t0: Scalar, t1: Scalar) -> Bool[Array, ""]:
        """Return that the rate constants are the same at two times: a constant, which compilers can use."""
        del t0, t1
        return jnp.asarray(True)

    def rates(self, temperature: Float[Array, ""], size: int) -> Rates:
        """Return the rate constants."""
        return self.ladder.rates(temperature, size)

    def change(self, rates: Rates, y: State, swelling: Float[Array, ""] | float = 1.0) -> State:
        """Return dy/dt [mol m-3 s-1]."""
        return self.ladder.change(rates, y, swelling)

    def shifted(
        self, rates: Rates, y: State, shift: Float[Array, ""], swelling: Float[Array, ""] | float = 1.0
    ) -> BorderedTridiagonal:
        """Return ``shift`` I - df/dy [s-1]."""
        return self.ladder.shifted(rates, y, shift, swelling)

    def drift(self, t: Scalar, y: State) -> State:
        """Return 0: nothing moves but by the state [mol m-3 s-2]."""
        del t
        nothing: State = jax.tree.map(jnp.zeros_like, y)
        return nothing

    def vf(self, t: Scalar, y: State, args: None = None) -> State:
        """Return dy/dt [mol m-3 s-1] at a time [s]."""
        return self.ladder.vf(t, y, args)

    def contr(self, t0: Scalar, t1: Scalar, **kwargs: Any) -> Float[Array, ""]:  # noqa: ANN401  as diffrax asks
        """Return the length of a step [s]."""
        return self.ladder.contr(t0, t1, **kwargs)

    def prod(self, vf: State, control: Scalar) -> State:
        """Return rate times length of step."""
        return self.ladder.prod(vf, control)
