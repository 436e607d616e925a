"""What do these spectra emit? Peaks, widths, colour, yield of each, and the trend of the series."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from aliquot.errors import AliquotError
from aliquot.finding import Finding
from aliquot.instruments.absorbance.edge import find_edge
from aliquot.instruments.absorbance.noise import noise_of
from aliquot.instruments.absorbance.series import Trend, trend_of
from aliquot.instruments.emission.band import Band, bands_of
from aliquot.instruments.emission.colour import Chromaticity, colour_of
from aliquot.instruments.emission.fit import BandFit, Kind, fit_band
from aliquot.instruments.emission.inner_filter import corrected
from aliquot.instruments.emission.masks import SLIT_NM, Mask, masks_of, seen
from aliquot.instruments.emission.nir import detectors, windows
from aliquot.instruments.emission.relative import Cuvette, Reference, relative_yield
from aliquot.instruments.emission.sides import Spectrum
from aliquot.instruments.emission.space import Counted, Space, photons, require
from aliquot.instruments.emission.stokes import stokes_shift
from aliquot.instruments.signal import Signal, SignalKind

FEWEST = 12
"""Fewest wavelengths, masked ones not counted, in which a band is looked for."""

_RAMAN_BELOW = 0.5  # of the maximum: a Raman line beneath a band is named and left where it is


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of spectra of emission, and what is known beside them."""

    slit_nm: float = SLIT_NM
    """Spectral bandwidth [nm]."""
    counted: Counted = Counted.PHOTONS
    """What the intensities count."""
    absorbances: Mapping[str, Signal] = field(default_factory=lambda: MappingProxyType({}))
    """Absorbance of the same liquids by label; under '' one that belongs to all."""
    inner_filter: bool = False
    """Whether to correct for the inner filter by those absorbances."""
    reference: Reference | None = None
    """Standard to measure yields against, None for none."""
    cuvette: Cuvette | None = None
    """Absorbance and index of the samples for that."""

    def absorbance_of(self, signal: Signal) -> Signal | None:
        """Return the absorbance that belongs to an emission, None if there is none."""
        return self.absorbances.get(signal.label.strip(), self.absorbances.get(""))


@dataclass(frozen=True, slots=True)
class EmissionFindings:
    """What one emission says."""

    signal: Signal
    """The emission, corrected for the inner filter where that was asked for."""
    bands: tuple[Band, ...]
    """Its bands, the highest first; none where nothing stands out from noise."""
    fit: BandFit | None
    """Its lines, None where nothing could be fitted."""
    masks: tuple[Mask, ...]
    """What was left out."""
    colour: Chromaticity | None
    """Its colour, None where it is not visible."""
    windows: tuple[str, ...]
    """Windows and bands of the near infrared in which its peak lies."""
    detectors: tuple[str, ...]
    """Detectors that see its peak."""
    stokes: Finding
    """Stokes shift against the absorbance of the same liquid [meV]."""
    quantum_yield: Finding
    """Photons emitted by photons absorbed [1]."""
    flags: tuple[str, ...]
    """Doubts, whole sentences, each once."""

    @property
    def label(self) -> str:
        """What the column was called."""
        return self.signal.label.strip()

    @property
    def source(self) -> str:
        """File, line and heading from which the spectrum came."""
        return str(self.signal.where) if self.signal.where is not None else self.label

    @property
    def peak(self) -> Finding:
        """Peak of the highest band per wavelength [nm]."""
        return self.bands[0].peak_nm if self.bands else Finding("peak", "nm", None, flags=self.flags[:1])


@dataclass(frozen=True, slots=True)
class EmissionSeries:
    """What a series of emissions says."""

    aliquots: tuple[EmissionFindings, ...]
    """One for each spectrum, in the order given."""
    trend: Trend
    """What the peak per wavelength does over time."""
    flags: tuple[str, ...]
    """Doubts about the series, whole sentences."""
    citations: tuple[str, ...]
    """Keys of the bibliography on which the findings rest."""


def analyse(
    signals: Sequence[Signal],
    question: Question | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> EmissionSeries:
    """Find bands, colour, Stokes shift and yield of each emission, and what the peak does over the series.

    Nothing is raised for a poor spectrum: what could not be found has no value, and its flags say why.

    Args:
        signals: Emissions, in any order of time.
        question: What is asked, and what is known beside them.
        progress: Called with the label of each when it is read.

    Raises:
        SignalError: If a signal is no emission.

    Example:
        >>> nm = np.arange(450.0, 700.0)
        >>> glow = np.exp(-0.5 * ((nm - 530.0) / 15.0) ** 2)
        >>> found = analyse([Signal(SignalKind.EMISSION, nm, glow, "30 s", time_s=30.0)])
        >>> round(found.aliquots[0].peak.value.value), found.aliquots[0].colour.srgb
        (530, '#00ff00')
    """
    asked = question or Question()
    aliquots = []
    for signal in signals:
        require(signal, SignalKind.EMISSION)
        aliquots.append(_aliquot(signal, asked))
        if progress is not None:
            progress(signal.label.strip())
    trend, flags = _trend(aliquots)
    silent = [one.label for one in aliquots if not one.bands]
    if silent:
        flags += (f"No emission in {len(silent)} of {len(aliquots)} spectra: {', '.join(silent)}.",)
    sources = [key for one in aliquots for key in ("cie2018",) if one.colour is not None]
    sources += [key for one in aliquots for key in one.quantum_yield.sources]
    return EmissionSeries(tuple(aliquots), trend, flags, ("fraser1969", *dict.fromkeys(sources)))


def _aliquot(signal: Signal, asked: Question) -> EmissionFindings:
    """Return the findings of one emission."""
    told: list[str] = []
    signal = _without_filter(signal, asked, told)
    masks = _masks(signal, asked.slit_nm, told)
    spectrum = _spectrum(signal, masks, asked.counted)
    fit, bands = (None, ()) if spectrum is None else _bands(spectrum, told)
    if spectrum is None:
        told.append(f"Fewer than {FEWEST} wavelengths are left: nothing can be read.")
    colour, named, sensors = _colour(signal, masks, asked, bands, told)
    shift, yielded = _stokes(signal, bands, asked), _yield(signal, asked)
    flags = [*told, *(flag for band in bands for flag in band.flags), *shift.flags, *yielded.flags]
    if signal.time_s is None:
        flags.insert(0, f"No time is known: '{signal.label.strip()}' gives none.")
    return EmissionFindings(
        signal, bands, fit, masks, colour, named, sensors, shift, yielded, tuple(dict.fromkeys(flags))
    )


def _without_filter(signal: Signal, asked: Question, told: list[str]) -> Signal:
    """Return an emission without its inner filter where that was asked for and can be done."""
    absorbance = asked.absorbance_of(signal)
    if not asked.inner_filter:
        return signal
    if absorbance is None:
        told.append("The inner filter was not corrected for: no absorbance belongs to this spectrum.")
        return signal
    try:
        signal, flags = corrected(signal, absorbance)
    except AliquotError as fault:
        told.append(f"The inner filter was not corrected for: {fault}")
    else:
        told += flags
    return signal


def _masks(signal: Signal, slit_nm: float, told: list[str]) -> tuple[Mask, ...]:
    """Return what is left out; Raman beneath the band is told and stays."""
    found = masks_of(signal, slit_nm=slit_nm)
    lamp = tuple(mask for mask in found if not mask.why.startswith("Raman"))
    left = seen(signal, lamp)
    highest = float(np.max(signal.values[left], initial=0.0))
    kept = []
    for mask in found:
        under = left & mask.covers(signal.wavelengths)
        if mask not in lamp and float(np.max(signal.values[under], initial=0.0)) > _RAMAN_BELOW * highest:
            told.append(f"Beneath the band, and not left out: {mask}.")
        else:
            kept.append(mask)
    told += [f"Left out: {mask}." for mask in kept]
    if signal.excitation_nm is None:
        told.append("The excitation is not known: scattered light of the lamp could not be left out.")
    return tuple(kept)


def _spectrum(signal: Signal, masks: tuple[Mask, ...], counted: Counted) -> Spectrum | None:
    """Return what is left of an emission as photons, None if that is too little."""
    left = seen(signal, masks)
    if int(left.sum()) < FEWEST:
        return None
    values = photons(signal.wavelengths, signal.values, counted)[left]
    # Noise is told from neighbours; a spectrum of zeros has none, and nothing stands out from it.
    noise = max(noise_of(values), 1e-300)
    return Spectrum(np.asarray(signal.wavelengths[left]), np.asarray(values), noise)


def _bands(spectrum: Spectrum, told: list[str]) -> tuple[BandFit | None, tuple[Band, ...]]:
    """Return fit and bands of a spectrum."""
    start = spectrum.read(Space.ENERGY)
    if start is None:
        told.append("Nothing emits: no part of the spectrum rises above the rest by more than noise.")
        return None, ()
    fit = fit_band(spectrum.wavelengths, spectrum.values, spectrum.noise, start)
    if fit is None:
        told.append("No line could be fitted; peak and width are from the spectrum alone.")
    elif fit.kind is Kind.TWO:
        told.append("Two bands stand apart: a second population, or traps, emits beside the first.")
    elif fit.kind is Kind.ON_BACKGROUND:
        told.append(
            "The band stands on a broad background, such as of traps; peak and width are those above it."
        )
    bands = bands_of(spectrum, fit)
    if not bands:
        told.append("Nothing emits: no part of the spectrum rises above the rest by more than noise.")
    return fit, bands


def _colour(
    signal: Signal, masks: tuple[Mask, ...], asked: Question, bands: tuple[Band, ...], told: list[str]
) -> tuple[Chromaticity | None, tuple[str, ...], tuple[str, ...]]:
    """Return colour, windows of the near infrared, and detectors; none where nothing emits."""
    if not bands:
        return None, (), ()
    left = seen(signal, masks)
    peak = bands[0].peak_nm.value
    place = float(signal.wavelengths[left][np.argmax(signal.values[left])]) if peak is None else peak.value
    alone = replace(signal, wavelengths=signal.wavelengths[left], values=signal.values[left])
    try:
        colour, flags = colour_of(alone, asked.counted)
    except AliquotError:
        told.append("Less than half of the photons are visible: this light has no colour.")
        return None, windows(place), detectors(place)
    told += flags
    return colour, windows(place), detectors(place)


def _stokes(signal: Signal, bands: tuple[Band, ...], asked: Question) -> Finding:
    """Return the Stokes shift, without value where no absorbance belongs to the emission."""
    absorbance = asked.absorbance_of(signal)
    if absorbance is None or not bands:
        return Finding("Stokes shift", "meV", None)
    return stokes_shift(bands[0], find_edge(absorbance))


def _yield(signal: Signal, asked: Question) -> Finding:
    """Return the yield against the standard, without value where none was asked for."""
    if asked.reference is None or asked.cuvette is None:
        return Finding("quantum yield", "1", None)
    return relative_yield(
        signal, asked.cuvette, asked.reference, slit_nm=asked.slit_nm, counted=asked.counted
    )


def _trend(aliquots: Sequence[EmissionFindings]) -> tuple[Trend, tuple[str, ...]]:
    """Return what the peak does over time."""
    timed = [
        (one.signal.time_s, one.peak.value.value)
        for one in aliquots
        if one.signal.time_s is not None and one.peak.value is not None
    ]
    trend, flags = trend_of(np.array([t for t, _ in timed]), np.array([nm for _, nm in timed]))
    return trend, tuple(flag.replace("E1", "The peak").replace("first exciton", "peak") for flag in flags)
