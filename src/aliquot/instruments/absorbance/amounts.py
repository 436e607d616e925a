"""How much semiconductor is in an aliquot, from its absorbance far above the gap.

f = A ln10 D / (mu_i L)             volume of semiconductor per volume of the crude liquid
c = f rho / M                       formula units per volume

No size and no sizing curve is in it: a volume of dots absorbs alike far above the gap, whatever their size.
The medium is in it, for it screens the field in the dots.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from jaxtyping import Bool

from aliquot.errors import RangeError, SignalError
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.background import transparent
from aliquot.instruments.absorbance.edge import Edge, find_edge
from aliquot.instruments.absorbance.intrinsic import intrinsic_absorption, parent_of
from aliquot.instruments.absorbance.kernel import first_exciton, kernel, size_limits
from aliquot.instruments.absorbance.quality.examine import examine
from aliquot.instruments.absorbance.quality.limits import SATURATED
from aliquot.instruments.absorbance.quality.record import Examined, checked_mask
from aliquot.instruments.signal import Signal
from aliquot.knowledge import store
from aliquot.knowledge.records import Material

PREFERRED_NM = (350.0, 413.0)
"""Wavelengths at which an amount is read, the first that the spectrum holds [nm].

At 350 nm confinement has moved the critical points of the bulk least; 413 nm, 3.0 eV, is what a spectrometer
from 400 nm on can read."""

MU_SD = 0.12
"""Standard uncertainty of mu_i, relative [1].

Estimated because the two sets of n and k of bulk InP differ by 13 % at 413 nm, while for CdSe, InAs and PbSe
the formula agrees with measured dots to 2 to 6 %."""

PATH_SD = 0.03
"""Standard uncertainty of path and dilution together, relative [1].

Estimated because pipettes, and cuvettes of 1 mm, are good to 1 to 3 %."""

SCATTER_SD = 0.05
"""Standard uncertainty of what was taken off as scatter, relative to the absorbance of the dots [1].

Estimated because its exponent lies between 2.5 and 4, and no baseline is flat."""

INDEX_SD = 0.01
"""Standard uncertainty of a refractive index that was given, or whose card has no range [1].

Estimated because handbooks give it at 589 nm and 20 degC."""

_SIZES = 300


@dataclass(frozen=True, slots=True)
class Amount:
    """How much semiconductor is in an aliquot, as it was drawn.

    Example:
        >>> Amount(Finding("volume fraction", "1", None), Finding("concentration", "mM", None),
        ...        413.0, 1.4, 0.7e5, MappingProxyType({}), ()).mu_i_cm
        70000.0
    """

    fraction: Finding
    """Volume of semiconductor per volume of the undiluted liquid [1]."""
    concentration: Finding
    """Formula units per volume of the undiluted liquid [mM]."""
    wavelength_nm: float
    """Where the absorbance was read [nm]."""
    n_s: float
    """Refractive index of the medium [1]."""
    mu_i_cm: float
    """Absorption of dots per volume there [cm-1]."""
    taken_off: Mapping[str, float]
    """What of the absorbance was not counted as dots [1], by cause."""
    flags: tuple[str, ...]
    """What was taken off and what to doubt, whole sentences."""


def amount_of(
    signal: Signal,
    material: Material,
    *,
    at_nm: float | None = None,
    n_s: float | None = None,
    mask: Bool[np.ndarray, " n"] | None = None,
    precursors: Signal | None = None,
    known: tuple[Examined, Edge] | None = None,
) -> Amount:
    """Return the volume fraction and the concentration of a semiconductor in an aliquot.

    Of the crude liquid: washing loses product. Offset and scatter are fitted where nothing absorbs and taken
    off; the tail of precursors, amine and ligands only where their spectrum is given. Holds for dots above
    2.5 nm; in smaller ones confinement shifts what InP absorbs at 413 nm, and less so at 335 to 350 nm.

    Args:
        signal: Spectrum with path and dilution, and with the medium unless ``n_s`` is given.
        material: Card with n and k of the bulk.

    Rarely needed:
        at_nm: Wavelength at which to read [nm]; None for the first of :data:`PREFERRED_NM` that will do.
        n_s: Refractive index of the medium there [1]; None for that of the card of the signal's medium.
        mask: Which points are trusted, shape (n,); None for what :func:`examine` trusts.
        precursors: Spectrum of all that absorbs and is no dot, with path and dilution.
        known: What :func:`examine` and :func:`find_edge` said of this very spectrum already, where somebody
            asked; the mask is then that of the examination.

    Returns:
        The findings with their budgets by cause: noise, mu_i, n_s, path and dilution, scatter, precursors,
        and confinement, which is how far lineshape of the card and bulk formula are apart for these dots.

    Raises:
        SignalError: If path or dilution are not known, or nothing can be read at the wavelength.
        RangeError: If the card has no n and k there, or the medium is not known.

    Source:
        A = mu_i f L / ln 10, as tested on PbSe dots by Moreels et al. 2007 (Chem. Mater. 19, 6101).

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.arange(400.0, 700.0)
        >>> seen = 0.4 * np.exp((413.0 - nm) / 30.0)
        >>> crude = Signal(SignalKind.ABSORBANCE, nm, seen, "A1", path_mm=1.0, dilution=20.0, medium="hexane")
        >>> found = amount_of(crude, store.material("InP"))
        >>> round(found.concentration.value.value), sorted(found.concentration.budget)
        (89, ['confinement', 'mu_i', 'n_s', 'noise', 'path and dilution', 'scatter'])
    """
    read = _read(signal, material, at_nm, precursors, known or _looked_at(signal, mask))
    index, index_sd = _index(signal, n_s)
    mu = intrinsic_absorption(material, read.nm, index)
    fraction = read.dots * np.log(10.0) / (mu * read.path_cm)
    parts = {
        **read.parts,
        "mu_i": MU_SD,
        "n_s": _by_index(material, read.nm, index, index_sd),
        "path and dilution": PATH_SD,
        "confinement": _by_confinement(material, read.nm, read.e1_ev, index) / mu,
    }
    evidence = (
        f"A = {read.dots:.3f} of dots at {read.nm:g} nm, mu_i = {mu:.3g} cm-1 in a medium of n = {index:.3f}"
    )
    blank = Finding(
        "volume fraction",
        "1",
        None,
        evidence=evidence,
        sources=parent_of(material, read.nm),
        flags=read.flags,
    )
    per_unit = material.density.to("g/m3") / material.molar_mass.to("g/mol")
    molar = replace(blank, quantity="concentration", unit="mM", definition=f"formula units of {material.id}")
    return Amount(
        fraction=_scaled(blank, fraction, parts),
        concentration=_scaled(molar, fraction * per_unit, parts),
        wavelength_nm=read.nm,
        n_s=index,
        mu_i_cm=mu,
        taken_off=MappingProxyType(read.taken),
        flags=read.flags,
    )


def absorbance_of(
    concentration_mol_m3: float,
    material: Material,
    *,
    at_nm: float,
    n_s: float,
    path_mm: float,
    dilution: float = 1.0,
) -> float:
    """Return the absorbance that an amount of semiconductor will show [1]: the way back of :func:`amount_of`.

    To choose a dilution before a measurement.

    Args:
        concentration_mol_m3: Formula units per volume of the crude liquid [mM].
        material: Card with n and k of the bulk.
        at_nm: Wavelength [nm].
        n_s: Refractive index of the medium [1].
        path_mm: Path [mm].
        dilution: Volume of the diluted liquid over that of the aliquot [1].

    Raises:
        RangeError: If the card has no n and k there.

    Example:
        >>> inp = store.material("InP")
        >>> round(absorbance_of(66.3, inp, at_nm=413.0, n_s=1.40, path_mm=1.0), 1)
        6.1
    """
    fraction = concentration_mol_m3 * material.molar_mass.to("g/mol") / material.density.to("g/m3")
    mu = intrinsic_absorption(material, at_nm, n_s)
    return float(mu * fraction * path_mm / 10.0 / np.log(10.0) / dilution)


@dataclass(frozen=True, slots=True)
class _Read:
    """What of an absorbance at one wavelength is dots."""

    nm: float
    dots: float
    path_cm: float  # over the dilution: the path through the crude liquid that absorbs as much
    parts: dict[str, float]
    taken: dict[str, float]
    flags: tuple[str, ...]
    e1_ev: float | None


def _read(
    signal: Signal,
    material: Material,
    at_nm: float | None,
    precursors: Signal | None,
    known: tuple[Examined, Edge],
) -> _Read:
    """Read an absorbance and take off what is not of dots."""
    path_cm = _path(signal)
    examined, edge = known
    trusted = checked_mask(signal, examined.mask)
    nm = _where(signal, material, at_nm, trusted)
    seen = float(np.interp(nm, signal.wavelengths, signal.values))
    below = transparent(signal, edge, nm, examined.noise, trusted)
    tail = 0.0 if precursors is None else _tail(precursors, nm, path_cm)
    dots = seen - below.at(nm) - tail
    if dots <= 0.0:
        given = f"{dots:.3g} at {nm:g} nm once background is taken off"
        raise _unreadable(signal, given, "nothing is left of dots")
    parts = {"noise": examined.noise / dots, "scatter": float(np.hypot(SCATTER_SD, below.sd / dots))}
    if precursors is not None:
        # How much of them is left lies between nothing and all.
        parts["precursors"] = tail / dots / float(np.sqrt(3.0))
    taken = {"offset": below.offset, "scatter": below.at(nm) - below.offset, "precursors": tail}
    flags = (*below.flags, *_doubts(signal, material, nm, seen, precursors))
    return _Read(nm, dots, path_cm, parts, taken, flags, edge.e1_ev)


def _looked_at(signal: Signal, mask: Bool[np.ndarray, " n"] | None) -> tuple[Examined, Edge]:
    """Return what is trusted of a spectrum, by this mask where there is one, and its first exciton."""
    examined = examine(signal)
    if mask is not None:
        examined = replace(examined, mask=checked_mask(signal, mask))
    return examined, find_edge(signal, examined.mask)


def _path(signal: Signal) -> float:
    """Return the path through the undiluted liquid that absorbs as much [cm]."""
    if signal.path_mm is None or signal.dilution is None:
        lacking = "path" if signal.path_mm is None else "dilution"
        raise _unreadable(
            signal, f"no {lacking}", "absorbance is an amount only over a known path and dilution"
        )
    return signal.path_mm / 10.0 / signal.dilution


def _where(signal: Signal, material: Material, at_nm: float | None, trusted: Bool[np.ndarray, " n"]) -> float:
    """Return the wavelength at which to read [nm]."""
    reasons = []
    for nm in PREFERRED_NM if at_nm is None else (at_nm,):
        reason = _why_not(signal, nm, trusted)
        if reason is None and at_nm is None:
            try:
                intrinsic_absorption(material, nm, 1.4)
            except RangeError as error:
                reason = f"{error.why}, at {nm:g} nm"
        if reason is None:
            return nm
        reasons.append(reason)
    raise _unreadable(signal, "; ".join(reasons), "an amount is read where dots of all sizes absorb alike")


def _why_not(signal: Signal, nm: float, trusted: Bool[np.ndarray, " n"]) -> str | None:
    """Return why absorbance can not be read at a wavelength [nm], None where it can."""
    low, high = (float(w) for w in signal.wavelengths[[0, -1]])
    if not low <= nm <= high:
        return f"{nm:g} nm is outside the window, {low:.0f} to {high:.0f} nm"
    nearest = int(np.argmin(np.abs(signal.wavelengths - nm)))
    if not trusted[nearest]:
        return f"{nm:g} nm was left out, with an absorbance of {float(signal.values[nearest]):.2f}"
    if signal.values[nearest] > SATURATED:
        return f"the absorbance at {nm:g} nm is {float(signal.values[nearest]):.2f}, above {SATURATED:g}"
    return None


def _index(signal: Signal, n_s: float | None) -> tuple[float, float]:
    """Return refractive index of the medium and its standard uncertainty [1]."""
    if n_s is not None:
        return n_s, INDEX_SD
    card = None if signal.medium is None else store.solvent(signal.medium)
    if card is None or card.refractive_index is None:
        raise RangeError(
            given=f"'{signal.label}' in {'an unknown medium' if card is None else card.name}",
            expected="a medium whose refractive index is known",
            why="from n = 1.40 to 1.53 InP absorbs 23 % more, so that a yield without it is off unseen",
            remedy="Name the medium, such as 'hexane', or give its refractive index n_s.",
            where=signal.where,
        )
    low, high = card.refractive_index.between("1")
    spread = (high - low) / np.sqrt(12.0) if high > low else INDEX_SD
    return card.refractive_index.to("1"), float(spread)


def _by_index(material: Material, nm: float, n_s: float, sd: float) -> float:
    """Return what the uncertainty of the index does to mu_i, relative [1]."""
    low, middle, high = (intrinsic_absorption(material, nm, n) for n in (n_s - sd, n_s, n_s + sd))
    return abs(high - low) / 2.0 / middle


def _by_confinement(material: Material, nm: float, e1_ev: float | None, n_s: float) -> float:
    """Return how far a dot with this first exciton absorbs from what the bulk formula says [cm-1].

    By the lineshape of the card, which is anchored to the formula for one size only. Which of the two is
    right for the others is not known, so that their distance is an uncertainty and no correction.
    """
    if material.lineshape is None or e1_ev is None:
        return 0.0
    low, high = size_limits(material)
    sizes = np.linspace(low, high, _SIZES)
    nearest = sizes[[int(np.argmin(np.abs(first_exciton(material, sizes) - e1_ev)))]]
    seen = float(kernel(material, np.array([nm]), nearest, n_s).values[0, 0])
    return abs(seen - intrinsic_absorption(material, nm, n_s))


def _tail(precursors: Signal, nm: float, path_cm: float) -> float:
    """Return what precursors absorb at a wavelength in the cuvette of the sample [1]."""
    own = _path(precursors)
    reason = _why_not(precursors, nm, np.ones(precursors.values.size, dtype=bool))
    if reason is not None:
        raise _unreadable(precursors, reason, "the tail of the precursors is taken off there")
    seen = float(np.interp(nm, precursors.wavelengths, precursors.values))
    return max(seen, 0.0) * path_cm / own


def _doubts(
    signal: Signal, material: Material, nm: float, seen: float, precursors: Signal | None
) -> tuple[str, ...]:
    """Return what to doubt about an amount."""
    told = []
    if precursors is None:
        told.append(
            f"No spectrum of precursors was given: what they absorb at {nm:g} nm counts as {material.id}."
        )
    if seen < 0.05:
        told.append(f"The absorbance at {nm:g} nm is only {seen:.3f}: dilute less.")
    if signal.dilution == 1.0:
        told.append("The dilution is 1: the sample counts as undiluted.")
    return tuple(told)


def _scaled(blank: Finding, value: float, parts: Mapping[str, float]) -> Finding:
    """Return a finding with a budget given relative to its value."""
    budget = {cause: float(part) * value for cause, part in parts.items()}
    total = float(np.sqrt(sum(part**2 for part in budget.values())))
    return replace(blank, value=Interval.normal(value, total), budget=MappingProxyType(budget))


def _unreadable(signal: Signal, given: str, why: str) -> SignalError:
    return SignalError(
        given=f"'{signal.label}': {given}",
        expected="a spectrum with path and dilution that can be read at 413 or 335 to 350 nm, below 2",
        why=why,
        remedy="Give path and dilution, dilute until that absorbance is below 2, or name another wavelength.",
        where=signal.where,
    )
