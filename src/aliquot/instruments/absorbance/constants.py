"""The constants of a lineshape as numbers, and what is believed of them before any spectrum.

A card gives one value to each. None is known well: the belief is a normal distribution in coordinates z, of
mean 0 and standard deviation 1 on the card, in which no constant can leave its range,

    width, exponent, strengths, continuum    value exp(sd z)          never negative
    slope of the width, ratios               value + sd z
    Lorentzian share                         0.25 / (1 + exp(-a - b z))       between 0 and 0.25

and one learned from spectra is the same with another mean, narrower, and correlated.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from aliquot.knowledge.records import Lineshape
from aliquot.knowledge.records.materials import LineshapeSpread
from aliquot.units import to_float

MOST_LORENTZIAN = 0.25
"""Largest Lorentzian share of a line [1]: tails beyond would absorb where no spectrum of dots does."""

_HARDLY = 0.1  # a card that says 0 or 0.25 is taken as this part of the way inside
_RELATIVE = ("width", "exponent", "strength", "continuum")

USUAL = LineshapeSpread(
    width=0.15,
    width_slope="4 meV/nm",
    lorentzian=0.06,
    strength_exponent=0.4,
    ratios=(0.05, 0.08),
    strengths=(0.2, 0.2),
    continuum=0.2,
    because="as on the card of InP, for want of a spread on the card of the material",
    mark="estimated",  # type: ignore[arg-type]  # pydantic reads the mark
)
"""Spread of a lineshape whose card gives none; further lines are as uncertain as the third."""


@dataclass(frozen=True, slots=True, eq=False)
class Constants:
    """The numbers of a lineshape; see :mod:`~aliquot.instruments.absorbance.kernel` for what they do."""

    widths: Float[np.ndarray, " lines"]
    """Standard deviation of each line, of the first at 3 nm [eV]."""
    ratios: Float[np.ndarray, " lines"]
    """(E_k - E_gap) / (E_1 - E_gap) [1]."""
    strengths: Float[np.ndarray, " lines"]
    """Heights relative to the first line [1]."""
    slope: float
    """Growth of the first width per nm below 3 nm [eV/nm]."""
    lorentzian: float
    """Lorentzian share [1]."""
    exponent: float
    """p of the strength per volume [1]."""
    continuum: float
    """Height of the continuum [1]."""
    onset: float
    """Its onset above E_1 [eV]."""
    smear: float
    """Width of its onset [eV]."""
    rise: float
    """Exponent of its rise [1]."""

    @classmethod
    def of(cls, shape: Lineshape) -> "Constants":
        """Read the numbers of a card."""
        return cls(
            widths=np.array([to_float(line.width, "eV") for line in shape.transitions]),
            ratios=np.array([line.ratio for line in shape.transitions]),
            strengths=np.array([line.strength for line in shape.transitions]),
            slope=to_float(shape.width_slope, "eV/nm"),
            lorentzian=shape.lorentzian,
            exponent=shape.strength_exponent,
            continuum=shape.continuum,
            onset=to_float(shape.continuum_onset, "eV"),
            smear=to_float(shape.continuum_width, "eV"),
            rise=shape.continuum_exponent,
        )

    def on(self, shape: Lineshape) -> Lineshape:
        """Return the record of a card with these numbers; what is no number stays as it was."""
        lines = tuple(
            line.model_copy(
                update={"ratio": _six(ratio), "strength": _six(height), "width": f"{1e3 * width:.6g} meV"}
            )
            for line, ratio, height, width in zip(
                shape.transitions, self.ratios, self.strengths, self.widths, strict=True
            )
        )
        return shape.model_copy(
            update={
                "transitions": lines,
                "strength_exponent": _six(self.exponent),
                "width_slope": f"{1e3 * self.slope:.6g} meV/nm",
                "lorentzian": _six(self.lorentzian),
                "continuum": _six(self.continuum),
            }
        )


def _six(number: float) -> float:
    """Return a number to six digits, as a card gives it."""
    return float(f"{number:.6g}")


@dataclass(frozen=True, slots=True, eq=False)
class Freedom:
    """The constants that may move, and how far, in coordinates z of mean 0 and standard deviation 1.

    Attributes:
        centre: Constants at z = 0.
        names: What moves, in the order of z.
        sds: Standard deviation of each: relative where the constant can not be negative, shape (free,).

    Example:
        >>> from aliquot.knowledge import store
        >>> freedom = freedom_of(store.material("InP").lineshape)
        >>> freedom.names[:4], freedom.size
        (('width', 'slope', 'lorentzian', 'exponent'), 9)
        >>> round(1e3 * float(freedom.at(np.eye(9)[0]).widths[0]), 1)
        46.5
    """

    centre: Constants
    names: tuple[str, ...]
    sds: Float[np.ndarray, " free"]

    @property
    def size(self) -> int:
        """Number of constants that may move."""
        return len(self.names)

    def values(self, z: Float[np.ndarray, " free"]) -> Float[np.ndarray, " free"]:
        """Return the constants that may move, at z [eV, eV/nm, 1]."""
        start = self._start
        moved = np.asarray(np.where(self.relative, start * np.exp(self.sds * z), start + self.sds * z))
        moved[2] = MOST_LORENTZIAN / (1.0 + np.exp(-self._share - self._steepness * z[2]))
        return moved

    def gains(self, z: Float[np.ndarray, " free"]) -> Float[np.ndarray, " free"]:
        """Return d(value)/dz of each constant, at z, shape (free,)."""
        value = self.values(z)
        gain = np.where(self.relative, self.sds * value, self.sds)
        gain[2] = self._steepness * value[2] * (1.0 - value[2] / MOST_LORENTZIAN)
        return gain

    def at(self, z: Float[np.ndarray, " free"]) -> Constants:
        """Return all constants at z."""
        value = self.values(z)
        lines = (self.size - 5) // 2
        return replace(
            self.centre,
            widths=np.concatenate([value[:1], self.centre.widths[1:]]),
            slope=float(value[1]),
            lorentzian=float(value[2]),
            exponent=float(value[3]),
            ratios=np.concatenate([self.centre.ratios[:1], value[4 : 4 + lines]]),
            strengths=np.concatenate([self.centre.strengths[:1], value[4 + lines : 4 + 2 * lines]]),
            continuum=float(value[-1]),
        )

    @property
    def relative(self) -> Bool[np.ndarray, " free"]:
        """Whether the spread of each is relative: it can not be negative."""
        return np.array([name.rstrip("0123456789 ") in _RELATIVE for name in self.names])

    @property
    def _start(self) -> Float[np.ndarray, " free"]:
        c = self.centre
        first = [c.widths[0], c.slope, c.lorentzian, c.exponent]
        return np.concatenate([first, c.ratios[1:], c.strengths[1:], [c.continuum]])

    @property
    def _share(self) -> float:
        share = np.clip(self.centre.lorentzian / MOST_LORENTZIAN, _HARDLY, 1.0 - _HARDLY)
        return float(np.log(share / (1.0 - share)))

    @property
    def _steepness(self) -> float:
        share = 1.0 / (1.0 + np.exp(-self._share))
        return float(self.sds[2] / (MOST_LORENTZIAN * share * (1.0 - share)))


def freedom_of(shape: Lineshape) -> Freedom:
    """Return what may move of a lineshape, and how far, as its card says or as usual."""
    spread = shape.spread if shape.spread is not None else USUAL
    further = len(shape.transitions) - 1
    ratios, strengths = (
        tuple(given[min(k, len(given) - 1)] for k in range(further))
        for given in (spread.ratios, spread.strengths)
    )
    above = [f"{kind} {k + 2}" for kind in ("ratio", "strength") for k in range(further)]
    names = ("width", "slope", "lorentzian", "exponent", *above, "continuum")
    sds = [spread.width, to_float(spread.width_slope, "eV/nm"), spread.lorentzian, spread.strength_exponent]
    return Freedom(Constants.of(shape), names, np.array([*sds, *ratios, *strengths, spread.continuum]))


def correlation_of(shape: Lineshape) -> Float[np.ndarray, "free free"]:
    """Return the correlation of the constants that may move, shape (free, free)."""
    if shape.spread is None or shape.spread.correlation is None:
        return np.eye(5 + 2 * (len(shape.transitions) - 1))
    return np.array(shape.spread.correlation)
