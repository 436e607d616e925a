"""Quantum yield against a standard: the same lamp, two liquids.

    phi = phi_r (I / I_r) (1 - 10^-A_r) / (1 - 10^-A) (n / n_r)^2

with areas in photons and one wavelength of excitation for both.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from aliquot.errors import InputError, Where
from aliquot.finding import Finding
from aliquot.instruments.emission.absolute import LEAST_ABSORPTANCE, LITTLE_ABSORPTANCE, little, too_little
from aliquot.instruments.emission.area import photon_area
from aliquot.instruments.emission.draws import DRAWS, Draws, budget_of, interval, normal
from aliquot.instruments.emission.masks import SLIT_NM, masks_of
from aliquot.instruments.emission.space import Counted
from aliquot.instruments.signal import Signal
from aliquot.knowledge.records import Standard
from aliquot.units import to_float

DILUTE = 0.1
"""Absorbance above which a relative yield is doubted [1]: re-absorption and the inner filter set in."""

ABSORBANCE_SD = 0.002
"""Standard uncertainty of an absorbance [1]; estimated, as of a spectrophotometer with its baseline taken."""

INDEX_SD = 0.005
"""Standard uncertainty of a refractive index [1]; estimated: dispersion and temperature change it as much."""

RESPONSE_SD = 0.03
"""Relative standard uncertainty of a ratio of areas from the correction of the instrument [1].

Estimated because sensitivities of fluorimeters are known to some per cent across the visible."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A standard as it was measured beside a sample.

    Attributes:
        standard: Its card.
        signal: Its emission, on the same scale as that of the sample.
        absorbance: Its absorbance at the excitation, over the path of the measurement [1].
        index: Refractive index of its solution [1]; that of the card where None.
    """

    standard: Standard
    signal: Signal
    absorbance: float
    index: float | None = None


@dataclass(frozen=True, slots=True)
class Cuvette:
    """The sample beside a reference."""

    absorbance: float
    """Absorbance at the excitation, over the path of the measurement [1]."""
    index: float
    """Refractive index of the medium [1]."""


def relative_yield(
    signal: Signal,
    cuvette: Cuvette,
    reference: Reference,
    *,
    slit_nm: float = SLIT_NM,
    counted: Counted = Counted.PHOTONS,
    noise: float = 0.01,
    seed: int = 1,
) -> Finding:
    """Return the quantum yield of a sample against a standard, with an asymmetric interval.

    Holds for dilute liquids, excited at one wavelength, with spectra corrected for the instrument.

    Args:
        signal: Emission of the sample.
        cuvette: Its absorbance and index.
        reference: The standard, measured alike.
        slit_nm: Spectral bandwidth [nm], for the masks.
        counted: What the intensities count.
        noise: Relative standard uncertainty of each area [1].
        seed: Seed of the draws.

    Returns:
        Photons emitted by photons absorbed [1]; without value, and with the reason, where either liquid
        absorbs less than :data:`~aliquot.instruments.emission.absolute.LEAST_ABSORPTANCE`.

    Raises:
        SignalError: If an area is not above 0.
        InputError: If an absorbance or index can not be.

    Source:
        Resch-Genger and Rurack 2013 (10.1351/PAC-REP-12-03-03).

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> from aliquot.knowledge import store
        >>> nm = np.arange(420.0, 700.0)
        >>> glow = np.exp(-0.5 * ((nm - 550.0) / 25.0) ** 2)
        >>> dye = Reference(store.standard("quinine"), Signal(SignalKind.EMISSION, nm, glow, "dye"), 0.05)
        >>> found = relative_yield(Signal(SignalKind.EMISSION, nm, glow, "dots"), Cuvette(0.05, 1.375), dye)
        >>> round(found.value.value, 3)
        0.576
    """
    _check(cuvette, reference, signal.label)
    card = reference.standard
    blank = Finding(
        "quantum yield",
        "1",
        None,
        definition="photons emitted by photons absorbed",
        sources=("reschgenger2013", *card.sources),
    )
    shares = [1.0 - 10.0**-absorbance for absorbance in (cuvette.absorbance, reference.absorbance)]
    if min(shares) < LEAST_ABSORPTANCE - 1e-9:
        who = signal.label if shares[0] <= shares[1] else card.name
        return replace(blank, flags=(f"{who}: {too_little(min(shares))}",))
    areas = [photon_area(one, masks_of(one, slit_nm=slit_nm), counted) for one in (signal, reference.signal)]
    values, drawn = _causes(cuvette, reference, (areas[0][0], areas[1][0]), noise, seed)
    value = float(_phi(**{name: np.full(DRAWS, number) for name, number in values.items()})[0])
    parts = budget_of(_phi, values, drawn)
    flags = [flag for _, told in areas for flag in told] + _doubts(signal, cuvette, reference, shares[0])
    found = interval(value, _phi(**drawn))
    if found.high > 1.0:
        flags.append("The interval reaches beyond 1, where no yield can be.")
    return replace(
        blank,
        value=found,
        budget=MappingProxyType({_CAUSES[name]: part for name, part in parts.items() if part > 0.0}),
        evidence=f"area {areas[0][0] / areas[1][0]:.3g} times that of {card.label}, absorbances "
        f"{cuvette.absorbance:.3g} and {reference.absorbance:.3g}",
        flags=tuple(dict.fromkeys(flags)),
    )


_CAUSES = {
    "standard": "yield of the standard",
    "ratio": "areas and response of the instrument",
    "absorbance": "absorbance of the sample",
    "absorbance_r": "absorbance of the standard",
    "index": "refractive indices",
}


def _causes(
    cuvette: Cuvette, reference: Reference, areas: tuple[float, float], noise: float, seed: int
) -> tuple[dict[str, float], dict[str, Draws]]:
    """Return what a yield follows from, and draws of each."""
    card = reference.standard
    phi = card.quantum_yield.to("1")
    own = 0.0 if card.quantum_yield.sd is None else to_float(card.quantum_yield.sd, "1")
    index_r = card.refractive_index.to("1") if reference.index is None else reference.index
    values = {
        "standard": phi,
        "ratio": areas[0] / areas[1],
        "absorbance": cuvette.absorbance,
        "absorbance_r": reference.absorbance,
        "index": cuvette.index / index_r,
    }
    random = np.random.default_rng(seed)
    factor = np.exp(normal(random, 0.0, float(np.log(card.doubt)) / 1.96))
    ratio_sd = float(np.hypot(np.sqrt(2.0) * noise, RESPONSE_SD))
    return values, {
        "standard": np.asarray(normal(random, phi, own) * factor),
        "ratio": normal(random, values["ratio"], ratio_sd * values["ratio"]),
        "absorbance": normal(random, cuvette.absorbance, ABSORBANCE_SD),
        "absorbance_r": normal(random, reference.absorbance, ABSORBANCE_SD),
        "index": normal(random, values["index"], float(np.sqrt(2.0)) * INDEX_SD / index_r),
    }


def _phi(standard: Draws, ratio: Draws, absorbance: Draws, absorbance_r: Draws, index: Draws) -> Draws:
    """Return quantum yields by their causes."""
    taken, taken_r = (np.maximum(1.0 - 10.0**-a, 1e-6) for a in (absorbance, absorbance_r))
    return np.asarray(standard * ratio * taken_r / taken * index**2)


def _doubts(signal: Signal, cuvette: Cuvette, reference: Reference, share: float) -> list[str]:
    """Return what is questionable about a relative yield."""
    card = reference.standard
    flags = []
    if share < LITTLE_ABSORPTANCE:
        flags.append(little(share))
    for name, absorbance in ((signal.label.strip(), cuvette.absorbance), (card.name, reference.absorbance)):
        if absorbance > DILUTE:
            flags.append(
                f"{name} has A = {absorbance:.2f}, above {DILUTE:g}: dilute it, or correct the filter."
            )
    low, high = (bound.value for bound in card.excitation)
    if signal.excitation_nm is None:
        flags.append("The excitation is not known: nothing tells whether the standard absorbs there.")
    elif not low <= signal.excitation_nm <= high:
        flags.append(
            f"{card.name} is a standard for excitation from {low:.0f} to {high:.0f} nm, not at "
            f"{signal.excitation_nm:g} nm: its yield there rests on no source."
        )
    theirs = reference.signal.excitation_nm
    if signal.excitation_nm is not None and theirs is not None and abs(theirs - signal.excitation_nm) > 1.0:
        flags.append(
            f"Sample and standard were excited at {signal.excitation_nm:g} and {theirs:g} nm, not alike."
        )
    if card.doubt > 1.0:
        flags.append(
            f"Published yields of {card.name} differ by a factor of {card.doubt:g}: a sphere is better here."
        )
    return flags


def _check(cuvette: Cuvette, reference: Reference, label: str) -> None:
    """Refuse absorbances and indices that can not be."""
    absorbances = (cuvette.absorbance, reference.absorbance)
    indices = (cuvette.index, 1.4 if reference.index is None else reference.index)
    if not (all(0.0 < a < 3.0 for a in absorbances) and all(1.0 <= n <= 2.5 for n in indices)):
        raise InputError(
            given=f"absorbances {absorbances} and indices {indices}",
            expected="absorbances above 0 and below 3, indices from 1 to 2.5",
            why="a yield is the light that is emitted by the light that is absorbed",
            remedy="Give those of sample and standard at the excitation, best near 0.05.",
            where=Where(label),
        )
