"""Whole spectra as observations: measured absorbance, and what the populations would absorb."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where
from aliquot.inference.dual import Dual
from aliquot.inference.exciton import absorptions
from aliquot.inference.reading import Reading
from aliquot.inference.study import Spectra
from aliquot.instruments.absorbance.intrinsic import refractive_index
from aliquot.instruments.formats import read_spectra
from aliquot.knowledge import store


@dataclass(frozen=True, slots=True)
class Absorbances:
    """Spectra of one condition.

    Attributes:
        settings: What the study says of them.
        times: When they were taken [s], rising, shape (spectra,).
        wavelengths: Wavelengths that are fitted [nm], shape (wavelengths,).
        measured: Absorbance [1], shape (spectra, wavelengths).
    """

    settings: Spectra
    times: Float[np.ndarray, " spectra"]
    wavelengths: Float[np.ndarray, " wavelengths"]
    measured: Float[np.ndarray, "spectra wavelengths"]

    @classmethod
    def of(cls, settings: Spectra, folder: Path) -> "Absorbances":
        """Read the spectra of a study.

        Args:
            settings: What the study says of them.
            folder: Folder in which the study lies.

        Raises:
            InputError: If a spectrum has no time, two have one, or the window leaves the spectra.
            FormatError: If the file can not be read.
        """
        path = folder / settings.file
        signals = sorted(read_spectra(path), key=lambda one: -1.0 if one.time_s is None else one.time_s)
        times = [signal.time_s for signal in signals]
        known = [time for time in times if time is not None]
        told = ", ".join("no time" if time is None else f"{time:g} s" for time in times)
        if len(set(known)) < len(times) or min(known, default=0.0) <= 0.0:
            raise InputError(
                given=f"spectra at {told}",
                expected="one spectrum at each of some times above 0",
                why="a fit compares each with the population at its time",
                remedy="Write times into the headings, such as '120 s', and leave others out of the file.",
                where=Where(str(path)),
            )
        low, high = settings.window_nm
        first = max(signal.wavelengths[0] for signal in signals)
        last = min(signal.wavelengths[-1] for signal in signals)
        if not first <= low < high <= last:
            raise InputError(
                given=f"a window of {low:g} to {high:g} nm",
                expected=f"one within {first:g} to {last:g} nm",
                why="the spectra end there",
                remedy="Narrow 'window_nm'.",
                where=Where(str(path)),
            )
        grid = np.arange(low, high + 1e-9, settings.step_nm)
        measured = np.stack([np.interp(grid, signal.wavelengths, signal.values) for signal in signals])
        return cls(settings, np.array(known), grid, measured)

    def computed(self, reading: Reading, where: Where) -> Dual:
        """Return the absorbance that the populations would have [1], shape (spectra, wavelengths)."""
        settings = self.settings
        medium = refractive_index(store.solvent(settings.medium))
        material = store.material(reading.card.material)
        places = [int(np.argmin(np.abs(reading.times - time))) for time in self.times]
        path_cm = settings.path_mm / 10.0
        seen = absorptions(reading, material, self.wavelengths, medium, where)[places]
        return seen * float(path_cm / (np.log(10.0) * settings.dilution))

    def residuals(self, computed: Dual) -> Dual:
        """Return distances over standard deviations, flat.

        With a free scale each spectrum is first multiplied by the factor that fits it best; slopes then leave
        out what such a factor would do (variable projection, Kaufman 1975, BIT 15, 49).
        """
        error = np.hypot(self.settings.noise, self.settings.kernel * np.maximum(self.measured, 0.0))
        weighed, wanted = computed / error, self.measured / error
        if self.settings.scale == "free":
            norms = np.maximum((weighed.value**2).sum(axis=1, keepdims=True), 1e-300)
            factor = (weighed.value * wanted).sum(axis=1, keepdims=True) / norms
            along = np.einsum("sw,swk->sk", weighed.value, weighed.slope) / norms
            slope = factor[..., None] * (weighed.slope - weighed.value[..., None] * along[:, None, :])
            weighed = Dual(factor * weighed.value, slope)
        distance = weighed - wanted
        return Dual(distance.value.ravel(), distance.slope.reshape(distance.value.size, -1))
