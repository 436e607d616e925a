"""How many dots there are: from an amount and a size distribution, or by a molar extinction at E1.

The second way needs a size, and the size a sizing curve. Published sizes of InP at one first exciton differ
by a factor of 2.6 to 9.5 in volume: for III-V materials it is refused.
"""

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from aliquot.errors import RangeError, SignalError, Where
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.amounts import PATH_SD
from aliquot.instruments.absorbance.theory import DEFINITION as THEORY
from aliquot.instruments.signal import Signal
from aliquot.knowledge.formula import composition
from aliquot.knowledge.records import Extinction, Material
from aliquot.population import Weighting
from aliquot.units import AVOGADRO

EXTINCTION_SD = 0.30
"""Standard uncertainty of a molar extinction at E1, relative [1].

Estimated because the two published ones of CdSe differ by a factor of 1.1 at 4.6 nm and 1.75 at 2.6 nm, and
because the peak goes with the width of the line, of which the law of a card knows nothing."""

_THIRD = frozenset({"Al", "Ga", "In"})
_FIFTH = frozenset({"N", "P", "As", "Sb"})


def particles(fraction: Finding, size: Finding) -> Finding:
    """Return the concentration of dots from their volume and their size distribution.

    Volume over mean volume; the mean volume of a broad sample is well above that of a dot of mean size (by
    30 % at an RSD of 30 %), so that one diameter will not do.

    Args:
        fraction: Volume of semiconductor per volume of liquid [1].
        size: Mean diameter with its distribution, as an inversion finds it [nm].

    Returns:
        Dots per volume [nM], with the budget of the fraction and ``size``, three times that of the mean.

    Raises:
        SignalError: If the size comes without a distribution, or from a theory curve.

    Example:
        >>> from aliquot.population import SizeDistribution
        >>> dots = SizeDistribution.of(np.array([2.9, 3.0, 3.1]), np.array([1.0, 2.0, 1.0]), Weighting.VOLUME)
        >>> mean = Finding("mean diameter", "nm", Interval.normal(3.0, 0.05), distribution=dots)
        >>> found = particles(Finding("volume fraction", "1", Interval.normal(2e-3, 3e-4)), mean)
        >>> round(found.value.value / 1e3)                                                # uM
        236
    """
    if size.distribution is None or size.value is None or size.definition == THEORY:
        raise SignalError(
            given=f"a {size.quantity} without a distribution"
            if size.definition != THEORY
            else "a size by theory",
            expected="a size distribution, as an inversion or a micrograph gives",
            why="the number of dots goes with the third power of each diameter",
            remedy="Invert the spectrum with a lineshape, or count dots in an image.",
        )
    blank = Finding("particles", "nM", None, definition="dots per volume of liquid", flags=fraction.flags)
    if fraction.value is None:
        return blank
    volume_nm3 = np.pi / 6.0 * size.distribution.reweighted(Weighting.NUMBER).moment(3.0)
    per_m3 = fraction.value.value / (volume_nm3 * 1e-27)
    nanomolar = float(per_m3 / AVOGADRO * 1e6)
    parts = {cause: sd / fraction.value.value for cause, sd in fraction.budget.items()}
    parts["size"] = 3.0 * (size.value.high - size.value.low) / (2.0 * 1.959964) / size.value.value
    return _with(
        blank, nanomolar, parts, (*fraction.sources, *size.sources), "volume of dots over their mean volume"
    )


def particles_by_extinction(
    signal: Signal, material: Material, e1: Finding, size: Finding, *, background: float = 0.0
) -> Finding:
    """Return the concentration of dots by a molar extinction at the first exciton.

    For II-VI materials whose card has one. The extinction goes with a power of the size, and is that of an
    ordinary width of the line; see :data:`EXTINCTION_SD`.

    Args:
        signal: Spectrum with path and dilution.
        material: Card with an extinction at E1.
        e1: Wavelength of the first exciton [nm].
        size: Diameter by the sizing curves of the material [nm].

    Rarely needed:
        background: Absorbance at E1 that is not of dots [1].

    Returns:
        Dots per volume of the undiluted liquid [nM].

    Raises:
        RangeError: If the material is III-V, or its card has no extinction at E1.
        SignalError: If path, dilution, first exciton or size are not known.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> from aliquot.knowledge import store
        >>> seen = Signal(SignalKind.ABSORBANCE, np.array([519.0, 521.0]), np.array([0.1, 0.1]), "A1",
        ...               path_mm=10.0, dilution=1.0)
        >>> e1 = Finding("E1", "nm", Interval.normal(520.0, 1.0))
        >>> size = Finding("diameter", "nm", Interval.normal(2.63, 0.1))
        >>> found = particles_by_extinction(seen, store.material("CdSe"), e1, size)
        >>> round(found.value.value), round(found.budget["extinction"] / found.value.value, 2)
        (1317, 0.3)
        >>> particles_by_extinction(seen, store.material("InAs"), e1, size)
        Traceback (most recent call last):
        aliquot.errors.RangeError: ..., extinction: got a molar extinction of indium arsenide ...
    """
    law = extinction_at_e1(material)
    if e1.value is None or size.value is None or signal.path_mm is None or signal.dilution is None:
        raise SignalError(
            given=f"'{signal.label}' without a first exciton, a size, a path or a dilution",
            expected="all of them",
            why="an extinction at E1 is one of dots of known size, over a known path",
            remedy="Use amount_of, which needs neither first exciton nor size.",
            where=signal.where,
        )
    seen = float(np.interp(e1.value.value, signal.wavelengths, signal.values)) - background
    eps = law.a * size.value.value**law.b
    nanomolar = seen * signal.dilution / (eps * signal.path_mm / 10.0) * 1e9
    relative = (size.value.high - size.value.low) / (2.0 * 1.959964) / size.value.value
    parts = {"size": law.b * relative, "extinction": EXTINCTION_SD, "path and dilution": PATH_SD}
    how = f"A = {seen:.3f} at E1 through {law.a:g} D^{law.b:g} M-1 cm-1 at D = {size.value.value:.2f} nm"
    blank = Finding(
        "particles", "nM", None, definition="dots per volume of undiluted liquid", flags=size.flags
    )
    sources = (law.source, *size.sources) if law.source else size.sources
    return _with(blank, nanomolar, parts, sources, how)


def extinction_at_e1(material: Material) -> Extinction:
    """Return the molar extinction at the first exciton of a material.

    Raises:
        RangeError: If the material is III-V: its sizes are not known well enough; or the card has none.

    Example:
        >>> from aliquot.knowledge import store
        >>> extinction_at_e1(store.material("CdTe")).b
        2.12
    """
    elements = set(composition(material.id))
    why = "no such law is on its card"
    if elements & _THIRD and elements & _FIFTH:
        why = (
            "sizes that were published for one first exciton of InP differ by a factor of 2.6 to 9.5 in "
            "volume, and the extinction goes with the size"
        )
    else:
        for law in material.extinction:
            if law.at == "E1":
                return law
    raise RangeError(
        given=f"a molar extinction of {material.name} at its first exciton",
        expected="a II-VI material whose card has one",
        why=why,
        remedy="Read the amount far above the gap, by volume fraction; it needs no size.",
        where=Where(f"cards/materials/{material.id}.yaml", key="extinction"),
    )


def _with(
    blank: Finding, value: float, parts: dict[str, float], sources: tuple[str, ...], evidence: str
) -> Finding:
    """Return a finding with a budget given relative to its value."""
    budget = {cause: float(part) * value for cause, part in parts.items()}
    total = float(np.sqrt(sum(part**2 for part in budget.values())))
    return replace(
        blank,
        value=Interval.normal(value, total),
        budget=MappingProxyType(budget),
        evidence=evidence,
        sources=tuple(dict.fromkeys(sources)),
    )
