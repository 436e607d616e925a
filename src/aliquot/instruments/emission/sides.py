"""One band in one space: what half heights say, what the fit says, and the finding that follows from both."""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from aliquot.finding import Finding, Interval
from aliquot.instruments.emission.extent import Extent
from aliquot.instruments.emission.fit import BandFit, Kind
from aliquot.instruments.emission.reading import Reading, read_band
from aliquot.instruments.emission.space import Space, jacobian
from aliquot.units import EV_NM

_DIFFER = 0.05  # of a width; below, the two ways agree
_SINGLE = 0.07  # of a width read in one way only; estimated because two ways mostly differ by 2 to 10 %
_BACKGROUND = 0.25  # of what a background changes; estimated because its shape beneath the band is a guess
_WELL_SEEN = 0.1  # of the height of a line that may be left at an end of the spectrum


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """What is left of an emission spectrum by its masks.

    Attributes:
        wavelengths: Wavelengths [nm], rising, shape (n,).
        values: Intensities per wavelength, as photons, shape (n,).
        noise: Standard deviation of their noise.
    """

    wavelengths: Float[np.ndarray, " n"]
    values: Float[np.ndarray, " n"]
    noise: float

    def read(self, space: Space) -> Reading | None:
        """Return the highest band in a space, None if none stands out."""
        if space is Space.WAVELENGTH:
            return read_band(self.wavelengths, self.values, np.full_like(self.values, self.noise))
        factor = jacobian(self.wavelengths)
        energies = np.asarray(EV_NM / self.wavelengths[::-1])
        return read_band(energies, (self.values * factor)[::-1], (self.noise * factor)[::-1])

    def without(self, values: Float[np.ndarray, " n"]) -> "Spectrum":
        """Return what is left when something is taken off."""
        return replace(self, values=np.asarray(self.values - values))


@dataclass(frozen=True, slots=True)
class Sides:
    """All that is known of one band in one space."""

    space: Space
    ends: tuple[float, float]
    """First and last place of the spectrum [unit of the axis]."""
    raw: Reading
    """The band as measured."""
    above: Reading
    """The band above its background; as measured where it has none."""
    shape: Extent | None
    """The band by the fit, None where nothing could be fitted."""
    on_background: bool
    """Whether the fit has it stand on a broad background."""

    @classmethod
    def of(
        cls, spectrum: Spectrum, space: Space, fit: BandFit | None, shape: Extent | None
    ) -> "Sides | None":
        """Read a band; None where nothing stands out from noise."""
        raw = spectrum.read(space)
        if raw is None:
            return None
        first, last = (float(nm) for nm in spectrum.wavelengths[[0, -1]])
        ends = (first, last) if space is Space.WAVELENGTH else (EV_NM / last, EV_NM / first)
        on_background = fit is not None and fit.kind is Kind.ON_BACKGROUND
        above = raw
        if fit is not None and on_background:
            beneath = fit.part(spectrum.wavelengths, np.array([1])) + fit.offset
            above = spectrum.without(beneath).read(space) or raw
        return cls(space, ends, raw, above, shape, on_background)

    @property
    def axis(self) -> tuple[str, str, float]:
        """Name of the axis, unit of a width on it, and that unit in units of the axis."""
        return ("wavelength", "nm", 1.0) if self.space is Space.WAVELENGTH else ("energy", "meV", 1e3)

    @property
    def at_least(self) -> float:
        """The part of the width that is in the spectrum [nm or meV]."""
        low, high = self.raw.low, self.raw.high
        seen = (self.ends[1] if high is None else high.at) - (self.ends[0] if low is None else low.at)
        return seen * self.axis[2]

    @property
    def middle(self) -> float:
        """Middle between half heights, which is not the maximum of a band that leans [unit of the axis]."""
        if self.above.low is not None and self.above.high is not None:
            return 0.5 * (self.above.low.at + self.above.high.at)
        return self.raw.peak if self.shape is None else 0.5 * (self.shape.low + self.shape.high)

    def peak(self) -> Finding:
        """Return the finding of the maximum [nm or eV]."""
        name, unit = self.axis[0], "nm" if self.space is Space.WAVELENGTH else "eV"
        blank = Finding("peak", unit, None, definition=f"maximum of the intensity per {name}")
        if self.raw.at_edge and not (self.shape is not None and self._complete(self.shape)):
            side = self._colour_of(low=self.raw.peak < 0.5 * sum(self.ends))
            told = f"The intensity still rises at the {side} end of the spectrum: the maximum lies beyond it."
            return replace(blank, flags=(told,))
        read = self.above.peak
        if self.shape is None:
            single = _SINGLE * 0.5 * self.at_least / self.axis[2]
            budget = {"noise": self.above.peak_noise, "method": single}
            return finding(blank, read, budget, "smoothed maximum; nothing could be fitted")
        parts = {
            "noise": 0.5 * (self.above.peak_noise + self.shape.peak_noise),
            "method": abs(read - self.shape.peak) / float(np.sqrt(2.0)),
        }
        if self.on_background:
            parts["background"] = _BACKGROUND * abs(self.raw.peak - read)
        how = f"mean of the smoothed maximum, {read:.5g} {unit}, and the fit, {self.shape.peak:.5g} {unit}"
        return finding(blank, 0.5 * (read + self.shape.peak), parts, how)

    def width(self) -> Finding:
        """Return the finding of the full width [nm or meV], without value where it is cut off."""
        name, unit, scale = self.axis
        meant = f"full width at half maximum of the intensity per {name}"
        blank = Finding("FWHM", unit, None, definition=meant)
        read = self.above.width
        shape = self.shape if self.shape is not None and self._complete(self.shape) else None
        if read is None and shape is None:
            return replace(blank, flags=(self._cut(),))
        if read is None or shape is None:
            return self._single(blank, read, shape)
        by_fit = shape.high - shape.low
        parts = {
            "noise": 0.5 * (self.above.width_noise + shape.width_noise),
            "method": abs(read - by_fit) / float(np.sqrt(2.0)),
            **self._beneath(read),
        }
        told = f"{scale * read:.4g} {unit} between half heights, {scale * by_fit:.4g} {unit} by the fit"
        if abs(read - by_fit) > _DIFFER * by_fit:
            blank = replace(blank, flags=(f"The two ways to read the width per {name} differ: {told}.",))
        scaled = {cause: scale * sd for cause, sd in parts.items()}
        return finding(blank, scale * 0.5 * (read + by_fit), scaled, f"mean of {told}", positive=True)

    def _beneath(self, read: float) -> dict[str, float]:
        """Return the uncertainty of a width from what lies beneath the band [unit of the axis]."""
        if self.on_background:
            with_all = self.raw.width if self.raw.width is not None else self.at_least / self.axis[2]
            return {"background": _BACKGROUND * abs(with_all - read)}
        return {"baseline": self.raw.width_baseline}

    def _single(self, blank: Finding, read: float | None, shape: Extent | None) -> Finding:
        """Return the width by the only way that has one."""
        scale = self.axis[2]
        if read is not None:
            width, noise, how = read, self.above.width_noise, "between half heights"
            flag = "The width rests on half heights alone: the feet of the fit are not in the spectrum."
        else:
            width = 0.0 if shape is None else shape.high - shape.low
            noise, how = 0.0 if shape is None else shape.width_noise, "by the fit"
            flag = "The width rests on the fit alone: half heights are not in the spectrum."
        parts = {"noise": noise, "method": _SINGLE * width, **self._beneath(width)}
        scaled = {cause: scale * sd for cause, sd in parts.items()}
        return finding(replace(blank, flags=(flag,)), scale * width, scaled, how, positive=True)

    def _complete(self, shape: Extent) -> bool:
        """Tell whether a fit has both half heights in the spectrum, and both feet."""
        inside = self.ends[0] < shape.low and shape.high < self.ends[1]
        return inside and shape.foot(_WELL_SEEN, self.ends)

    def _colour_of(self, *, low: bool) -> str:
        """Return which end of the spectrum is meant by that of small or of large values."""
        return "blue" if low is (self.space is Space.WAVELENGTH) else "red"

    def _cut(self) -> str:
        """Tell that a band is cut off, where, and what its width is at least."""
        sides = {True: self.raw.low, False: self.raw.high}
        lacking = sorted(self._colour_of(low=low) for low, side in sides.items() if side is None)
        return (
            f"Per {self.axis[0]} the band does not fall to half on its {' and '.join(lacking) or 'own'} side "
            f"within the spectrum: its width is at least {self.at_least:.4g} {self.axis[1]}."
        )


def finding(
    blank: Finding, value: float, budget: dict[str, float], evidence: str, *, positive: bool = False
) -> Finding:
    """Return a finding with its value, and an interval that holds all causes of its budget.

    Args:
        blank: All else.
        value: The value.
        budget: Standard uncertainty by cause, in its unit.
        evidence: How it was found.
        positive: Whether the interval is that of the logarithm: what can not be negative never is. A value
            that is less certain than a factor of about 7 is not told.
    """
    total = float(np.sqrt(sum(part**2 for part in budget.values())))
    interval = Interval.normal(value, total)
    if positive and total > value:
        told = f"The {blank.quantity} is lost: its uncertainty is larger than itself."
        return replace(blank, flags=(*blank.flags, told))
    if positive:
        factor = float(np.exp(1.959964 * total / value))
        interval = Interval(value, value / factor, value * factor)
    return replace(blank, value=interval, budget=MappingProxyType(budget), evidence=evidence)
