"""What is in this mass spectrum? From a spectrum to peaks, charges, formulas, series, bands and diameters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from aliquot.errors import AliquotError
from aliquot.instruments.mass.assign import Assignment, assign
from aliquot.instruments.mass.bands import Band, Bands, bands
from aliquot.instruments.mass.blocks import Family
from aliquot.instruments.mass.calibrate import Anchor, Calibration, calibrate, located, recalibrated
from aliquot.instruments.mass.ions import Ion, Match, match
from aliquot.instruments.mass.isotopes import SOURCES
from aliquot.instruments.mass.pick import Pattern, envelopes, ground, patterns, pick
from aliquot.instruments.mass.remainders import Repeat, repeats
from aliquot.instruments.mass.series import assign_series, steps
from aliquot.instruments.mass.size import Size, size_of
from aliquot.instruments.mass.spectrum import MassSpectrum, Mode, Peak
from aliquot.knowledge.records import Material

HIGH_FROM = 25e3
"""An axis that ends beyond this [Da] is read as bands of dots, unless told otherwise."""

SHOWN = 60
"""Most isotope patterns that are listed; the highest are."""

_COMB = 0.25
_BY_MASS_ALONE = (
    "Widths were not used to rank formulas: that of one mass on this instrument is not known. Give it with "
    "--peak-sd."
)


class Region(StrEnum):
    """How a spectrum is read."""

    LOW = "low"
    """Ions and clusters, peak by peak."""
    HIGH = "high"
    """Bands of dots."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a spectrum.

    Example:
        >>> Question(family=Family("Cd", "P", "oleate")).sigma
        1.5
    """

    family: Family | None = None
    """Blocks of the clusters; None to assign none."""
    anchors: tuple[Anchor, ...] = ()
    """Ions of known m/z for the axis."""
    ions: tuple[Ion, ...] = ()
    """Small ions to look for."""
    sigma: float = 1.5
    """Standard error of the mass of an envelope [Da]."""
    peak_sd: float | None = None
    """Standard deviation of the peak of one mass [Da]; None where it is not known."""
    region: Region | None = None
    """How to read it; None decides by the axis."""
    material: Material | None = None
    """Card of the material of the dots, for diameters."""
    ligand: str | None = None
    """Ligand that may stay on the dots."""
    snr: float = 8.0
    """Least height over noise [1]."""


@dataclass(frozen=True, slots=True)
class MassFindings:
    """What a mass spectrum says."""

    spectrum: MassSpectrum
    """The spectrum on its corrected axis."""
    region: Region
    """How it was read."""
    noise: float
    """Standard deviation of the noise, in the unit of the intensities."""
    calibration: Calibration | None
    """How the axis was corrected; None where it was taken as it is."""
    patterns: tuple[Pattern, ...]
    """Resolved isotope patterns, the highest first."""
    matches: tuple[Match, ...]
    """One for each ion that was asked for."""
    envelopes: tuple[Peak, ...]
    """Envelopes of clusters, by rising m/z."""
    combs: tuple[float | None, ...]
    """Where the nominal peaks of each stand between whole numbers [Da]; None where they are not resolved."""
    assignments: tuple[Assignment, ...]
    """One for each envelope, if a family was given."""
    repeats: tuple[Repeat, ...]
    """Repeating units, the least likely by chance first."""
    bands: Bands | None
    """Bands of dots."""
    sizes: tuple[Size, ...]
    """Diameters of the means of the bands, if a material was given."""
    flags: tuple[str, ...]
    """Doubts, whole sentences, each once."""
    citations: tuple[str, ...]
    """Keys of the bibliography on which the findings rest."""


def analyse(spectrum: MassSpectrum, question: Question) -> MassFindings:
    """Find what stands out of a mass spectrum, and what it may be.

    Args:
        spectrum: The spectrum as it was read.
        question: What is asked of it.

    Returns:
        The findings. What could not be found is missing, and a flag says why.

    Raises:
        SignalError: If an anchor is not at a peak, or the spectrum can not bear the question.
        InputError: If anchors or formulas can not be.

    Example:
        >>> from aliquot.instruments.mass.blocks import ClusterFormula
        >>> from aliquot.instruments.mass.envelope import envelope
        >>> mz = np.arange(5000.0, 6000.0, 0.25)
        >>> cluster = ClusterFormula.parse("Cd23P12(oleate)9")
        >>> seen = MassSpectrum(mz, 1e5 * envelope(cluster.composition).profile(mz, 1.0) + 1.0, "A1")
        >>> found = analyse(seen, Question(Family("Cd", "P", "oleate", extras=()), sigma=0.5, peak_sd=1.0))
        >>> found.assignments[0].candidates[0].formula.text
        'Cd23P12(oleate)9'
    """
    region = question.region or (Region.HIGH if spectrum.mz[-1] > HIGH_FROM else Region.LOW)
    calibration = _calibration(spectrum, question, region)
    flags: list[str] = []
    if calibration is not None:
        spectrum = recalibrated(spectrum, calibration)
    flags += spectrum.flags
    read = _Low.of(spectrum, question, flags) if region is Region.LOW else _Low()
    found, sizes = _dots(spectrum, question, flags) if region is Region.HIGH else (None, ())
    return MassFindings(
        spectrum=spectrum,
        region=region,
        noise=ground(spectrum).noise,
        calibration=calibration,
        patterns=read.patterns,
        matches=read.matches,
        envelopes=read.envelopes,
        combs=read.combs,
        assignments=read.assignments,
        repeats=read.repeats,
        bands=found,
        sizes=sizes,
        flags=tuple(dict.fromkeys(flags)),
        citations=_citations(question if sizes else Question()),
    )


def _citations(question: Question) -> tuple[str, ...]:
    of_material = () if question.material is None else tuple(question.material.sources)
    return tuple(dict.fromkeys((*SOURCES, *of_material)))


def _calibration(spectrum: MassSpectrum, question: Question, region: Region) -> Calibration | None:
    """Return the axis by the anchors, each put at the centre of its peak; bands have none that is sharp."""
    if not question.anchors:
        return None
    if region is Region.HIGH:
        return calibrate(question.anchors)
    found = [*pick(spectrum, question.snr)]
    if spectrum.mode is Mode.PROFILE and not _is_resolved(spectrum, found):
        found = [*envelopes(spectrum, snr=question.snr)]
    tolerance = 0.05 if _is_resolved(spectrum, found) else 5.0
    return calibrate([located(anchor, found, tolerance) for anchor in question.anchors])


def _is_resolved(spectrum: MassSpectrum, peaks: Sequence[Peak]) -> bool:
    """Tell whether single masses are resolved: the high peaks are narrow, and the axis is fine enough."""
    if spectrum.mode is Mode.CENTROID:
        return True
    high = sorted(peaks, key=lambda peak: -peak.height)[:20]
    return bool(high) and float(np.median([peak.fwhm for peak in high])) < 0.6 and spectrum.base < 3e3


@dataclass(frozen=True, slots=True)
class _Low:
    """What is read from a spectrum of ions and clusters."""

    patterns: tuple[Pattern, ...] = ()
    matches: tuple[Match, ...] = ()
    envelopes: tuple[Peak, ...] = ()
    combs: tuple[float | None, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    repeats: tuple[Repeat, ...] = ()

    @classmethod
    def of(cls, spectrum: MassSpectrum, question: Question, flags: list[str]) -> "_Low":
        """Read a spectrum, and add what has to be said to the flags."""
        peaks = pick(spectrum, question.snr)
        resolved = _is_resolved(spectrum, peaks)
        found = patterns(peaks) if resolved or question.ions else ()
        if len(found) > SHOWN:
            flags.append(f"Of {len(found)} isotope patterns the {SHOWN} highest are listed.")
        matches = tuple(_matched(ion, found, question.anchors) for ion in question.ions)
        wide: tuple[Peak, ...] = ()
        if spectrum.mode is Mode.PROFILE and (question.family is not None or not resolved):
            wide = envelopes(spectrum, snr=question.snr)
        elif question.family is not None:
            wide = peaks
            flags.append("A list of peaks was given: each is assigned by its mass, without a width.")
        combs = tuple(comb(spectrum, one) for one in wide)
        if not found and not wide:
            flags.append(f"Nothing stands {question.snr:g} times above the noise.")
        return cls(
            found[:SHOWN],
            matches,
            wide,
            combs,
            _assigned(wide, combs, question, flags),
            _repeats(wide, question, flags),
        )


def _matched(ion: Ion, found: Sequence[Pattern], anchors: Sequence[Anchor]) -> Match:
    """Return the pattern of an ion; that of an anchor is no test of the axis, and says so."""
    seen = match(ion, found)
    if any(abs(anchor.known / ion.mz - 1.0) < 1e-6 for anchor in anchors):
        return replace(seen, flags=(*seen.flags, "It is an anchor of the axis: its error is no test."))
    return seen


def comb(spectrum: MassSpectrum, envelope: Peak) -> float | None:
    """Return where the nominal peaks of an envelope stand between whole numbers [Da], None if unresolved.

    Args:
        spectrum: A profile.
        envelope: The envelope.
    """
    if spectrum.mode is Mode.CENTROID or envelope.sd <= 0.0:
        return None
    inside = np.abs(spectrum.mz - envelope.mz) < 1.5 * envelope.sd
    mz = spectrum.mz[inside]
    if mz.size < 8.0 * (mz[-1] - mz[0] if mz.size else 1.0):
        return None  # fewer than eight points to a mass hold no comb
    weights = spectrum.intensities[inside] * np.gradient(mz)
    turned = complex(np.sum(weights * np.exp(2j * np.pi * mz)) / np.sum(weights))
    return float(np.angle(turned) / (2.0 * np.pi) % 1.0) if abs(turned) > _COMB else None


def _assigned(
    wide: Sequence[Peak], combs: Sequence[float | None], question: Question, flags: list[str]
) -> tuple[Assignment, ...]:
    """Return the formulas of each envelope; by comb where it is resolved, else supported by their series."""
    if question.family is None or not wide:
        return ()
    peak_sd = question.peak_sd
    sds = [None if peak_sd is None or one.sd <= peak_sd else one.sd for one in wide]
    if peak_sd is None and any(one.sd > 0.0 for one in wide):
        flags.append(_BY_MASS_ALONE)
    family, sigma, own = question.family, question.sigma, peak_sd or 0.0
    if any(place is not None for place in combs):
        return tuple(
            assign(one.mz, family, sigma, sd=sd, peak_sd=own if sd else 0.0, comb=place)
            for one, sd, place in zip(wide, sds, combs, strict=True)
        )
    return assign_series([one.mz for one in wide], family, sigma, sds=sds, peak_sd=own)


def _repeats(wide: Sequence[Peak], question: Question, flags: list[str]) -> tuple[Repeat, ...]:
    if question.family is None or len(wide) < 3:
        return ()
    found = repeats([one.mz for one in wide], {step.text: step.mass for step in steps(question.family)})
    close = [one for one in found if one.fraction == found[0].fraction and one.rms < 2.0 * found[0].rms]
    if len(close) > 1:
        names = " and ".join(f"{one.unit} (rms {one.rms:.1f} Da)" for one in close)
        flags.append(f"The spacing does not tell {names} apart.")
    return found


def _dots(
    spectrum: MassSpectrum, question: Question, flags: list[str]
) -> tuple[Bands | None, tuple[Size, ...]]:
    try:
        found = bands(spectrum)
    except AliquotError as fault:
        flags.append(f"No band was found: {fault}")
        return None, ()
    flags += found.flags
    if question.anchors == ():
        flags.append("The axis is taken as it is: no calibrant was given for it.")
    if question.material is None:
        return found, ()
    return found, tuple(diameters(band, question.material, question.ligand) for band in found.bands)


def diameters(band: Band, material: Material, ligand: str | None = None) -> Size:
    """Return the diameter at the mean mass of a band, bare and under ligands.

    Args:
        band: The band.
        material: Card of the material.
        ligand: Ligand that may stay on the dots.
    """
    mass_sd = (band.mean.high - band.mean.low) / (2.0 * 1.959964)
    return size_of(band.mean.value, material, ligand, mass_sd=mass_sd)
