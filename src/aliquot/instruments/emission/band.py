"""Peak and width of the bands of an emission, each in both spaces, each read without a model and by a fit.

The two ways fail in different places: half heights are blind to what lies beneath the band, a fit to what its
lines can not be. The value is their mean, and what they differ by is part of its budget.
"""

from dataclasses import dataclass, replace

import numpy as np

from aliquot.finding import Finding
from aliquot.instruments.emission.extent import extents
from aliquot.instruments.emission.fit import BandFit, Kind
from aliquot.instruments.emission.sides import Sides, Spectrum, finding
from aliquot.instruments.emission.space import Space
from aliquot.units import EV_NM


@dataclass(frozen=True, slots=True)
class Band:
    """One band of an emission."""

    peak_nm: Finding
    """Wavelength of the largest intensity per wavelength [nm]."""
    peak_ev: Finding
    """Energy of the largest intensity per energy [eV]: another photon than that of ``peak_nm``."""
    fwhm_nm: Finding
    """Full width at half of the maximum per wavelength [nm]."""
    fwhm_mev: Finding
    """Full width at half of the maximum per energy [meV]."""
    fwhm_nm_as_mev: Finding
    """Distance in energy of the two half heights per wavelength [meV]: what a width in nm is converted to."""
    at_least: tuple[float, float] | None
    """Where a width has no value, what it is at least, per wavelength [nm] and per energy [meV]."""
    share: float
    """Share of the photons of all bands [1]."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Doubts about peak and widths, each once."""
        found = (self.peak_nm, self.peak_ev, self.fwhm_nm, self.fwhm_mev)
        return tuple(dict.fromkeys(flag for one in found for flag in one.flags))

    @classmethod
    def at(cls, ev: float, sd_ev: float) -> "Band":
        """Return a band of which only the maximum per energy is known, as from a paper.

        Args:
            ev: Energy of the maximum [eV].
            sd_ev: Its standard uncertainty [eV].

        Example:
            >>> band = Band.at(2.043, 0.002)
            >>> band.peak_ev.value.value, band.peak_nm.value
            (2.043, None)
        """
        blank = Finding("peak", "eV", None, definition="maximum of the intensity per energy")
        told = ("Only the maximum per energy is known.",)
        nm, width_nm, width_mev = (
            Finding(quantity, unit, None, flags=told)
            for quantity, unit in (("peak", "nm"), ("FWHM", "nm"), ("FWHM", "meV"))
        )
        peak = finding(blank, ev, {"given": sd_ev}, "given")
        return cls(nm, peak, width_nm, width_mev, width_mev, None, 1.0)


def bands_of(spectrum: Spectrum, fit: BandFit | None) -> tuple[Band, ...]:
    """Return the bands of a spectrum, the highest first; none where nothing stands out from noise.

    Args:
        spectrum: What is left by the masks.
        fit: Its lines, None where nothing could be fitted.

    Example:
        >>> from aliquot.instruments.emission.fit import fit_band
        >>> nm = np.arange(450.0, 800.0)
        >>> gauss = np.exp(-4.0 * np.log(2.0) * ((nm - 607.0) / 90.0) ** 2)
        >>> spectrum = Spectrum(nm, gauss, 1e-4)
        >>> (band,) = bands_of(spectrum, fit_band(nm, gauss, 1e-4, spectrum.read(Space.ENERGY)))
        >>> found = (band.peak_nm, band.fwhm_nm, band.fwhm_mev, band.fwhm_nm_as_mev)
        >>> [round(one.value.value) for one in found]
        [607, 90, 299, 305]
    """
    if fit is None or fit.kind is not Kind.TWO:
        found = _band(spectrum, fit, None, 1.0)
        return () if found is None else (found,)
    areas = np.array([height * line.area for height, line in zip(fit.heights, fit.lines, strict=True)])
    bands = []
    for place, share in enumerate(areas / areas.sum()):
        others = np.delete(np.arange(areas.size), place)
        alone = spectrum.without(fit.part(spectrum.wavelengths, others))
        band = _band(alone, fit, place, float(share))
        if band is not None:
            bands.append(band)
    return tuple(bands)


def _band(spectrum: Spectrum, fit: BandFit | None, place: int | None, share: float) -> Band | None:
    """Return one band; None if there is nothing to be read."""
    by_nm, by_ev = (None, None) if fit is None else extents(fit, place)
    nm = Sides.of(spectrum, Space.WAVELENGTH, fit, by_nm)
    ev = Sides.of(spectrum, Space.ENERGY, fit, by_ev)
    if nm is None or ev is None:
        return None
    width_nm, width_mev = nm.width(), ev.width()
    cut = width_nm.value is None or width_mev.value is None
    bounds = (nm.at_least, ev.at_least) if cut else None
    return Band(nm.peak(), ev.peak(), width_nm, width_mev, _as_mev(nm, width_nm), bounds, share)


def _as_mev(nm: Sides, width: Finding) -> Finding:
    """Return the distance in energy of the half heights per wavelength [meV]."""
    meant = "distance in energy of the half heights of the intensity per wavelength"
    blank = replace(width, unit="meV", definition=meant)
    if width.value is None:
        return blank
    half = 0.5 * width.value.value
    mev = 1e3 * EV_NM * (1.0 / (nm.middle - half) - 1.0 / (nm.middle + half))
    parts = {cause: sd * mev / width.value.value for cause, sd in width.budget.items()}
    return finding(blank, mev, parts, width.evidence, positive=True)
