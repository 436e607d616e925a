"""Sizing curves: from the first exciton to a diameter and back, inside the range of each curve only.

Published curves of one material disagree by more than each of them admits. A size is therefore read from all
that hold, and their spread is part of its budget.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from aliquot.errors import CardError, RangeError, Where
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.theory import LABEL, theory_size
from aliquot.knowledge.records import InverseQuadratic, Material, Polynomial, PowerLaw, SizingCurve
from aliquot.units import EV_NM

_NODES = 2001
_WAVELENGTHS_NM = (150.0, 6000.0)
# A mean absolute error of normally distributed errors is sqrt(2 / pi) of their standard deviation.
_SD_OF_MEAN_ERROR = float(np.sqrt(np.pi / 2.0))


@dataclass(frozen=True, slots=True)
class _Branch:
    """The part of a curve in its range, on which wavelength and diameter rise together."""

    wavelengths: Float[np.ndarray, " n"]
    diameters: Float[np.ndarray, " n"]


def diameter(curve: SizingCurve, e1_nm: float) -> float:
    """Return the size of dots whose first exciton lies at a wavelength.

    Args:
        curve: Sizing curve of the material.
        e1_nm: Wavelength of the first exciton, or of the peak of emission for a curve of emission [nm].

    Returns:
        The size in the definition of the curve (``curve.size``) [nm].

    Raises:
        RangeError: If the size lies outside the range of the curve; it is never extrapolated.
        CardError: If the curve is not monotonic over its range.

    Example:
        >>> from aliquot.knowledge import store
        >>> round(diameter(store.material("InP").curve("wang2023-sphere"), 549.0), 2)
        2.98
    """
    branch = _branch(curve)
    low, high = branch.wavelengths[[0, -1]]
    if not low <= e1_nm <= high:
        peak = "first exciton" if curve.line == "absorption" else "peak of emission"
        raise _outside(curve, f"{e1_nm:.4g} nm", f"a {peak} from {low:.0f} to {high:.0f} nm")
    return float(sizes_by_law(curve.law, np.array([e1_nm]))[0])


def energy(curve: SizingCurve, d_nm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return the photon energy of the first exciton for sizes [eV], shape (n,).

    A power law is evaluated for any size above 0, also beyond the range in which it was measured: a kernel
    needs the line of dots of which there are few. The other laws are held to their range: a polynomial has no
    meaning beyond, an inverse quadratic may have its pole there.

    Args:
        curve: Sizing curve of the material.
        d_nm: Sizes in the definition of the curve [nm], shape (n,).

    Raises:
        RangeError: If a size is not above 0, or lies outside the range of another law than a power law.

    Example:
        >>> from aliquot.knowledge import store
        >>> energy(store.material("InP").curve("wang2023-sphere"), np.array([2.0, 2.7]))
        array([2.94..., 2.39...])
    """
    law = curve.law
    if isinstance(law, PowerLaw):
        if not np.all(d_nm > 0.0):
            raise _outside(curve, f"{np.min(d_nm):.4g} nm", "a size above 0")
        return energies_by_law(law, d_nm)
    return np.asarray(EV_NM / wavelength(curve, d_nm))


def wavelength(curve: SizingCurve, d_nm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return the wavelength of the first exciton for sizes [nm], shape (n,), within the curve's range only.

    Args:
        curve: Sizing curve of the material.
        d_nm: Sizes in the definition of the curve [nm], shape (n,).

    Raises:
        RangeError: If a size lies outside the range of the curve.

    Example:
        >>> from aliquot.knowledge import store
        >>> wavelength(store.material("CdSe").curve("yu2003"), np.array([2.562])).round(1)
        array([520.])
    """
    low, high = (bound.value for bound in curve.range)
    for size in d_nm:
        if not low <= size <= high:
            raise _outside(curve, f"{size:.4g} nm", f"a size from {low:g} to {high:g} nm")
    if not isinstance(curve.law, Polynomial):
        return np.asarray(EV_NM / energies_by_law(curve.law, d_nm))
    branch = _branch(curve)
    return np.asarray(np.interp(d_nm, branch.diameters, branch.wavelengths))


def energies_by_law(
    law: PowerLaw | InverseQuadratic, d_nm: Float[np.ndarray, " n"]
) -> Float[np.ndarray, " n"]:
    """Return E1 of sizes by a law alone [eV], shape (n,): ungated, to compare curves and to test them.

    Args:
        law: A law of energy.
        d_nm: Sizes above 0 in the definition of the law [nm], shape (n,).

    Example:
        >>> from aliquot.knowledge import store
        >>> energies_by_law(store.material("PbS").curve("moreels2009").law, np.array([4.0])).round(3)
        array([1.061])
    """
    if isinstance(law, PowerLaw):
        return np.asarray(law.gap + law.a * d_nm**-law.b)
    return np.asarray(law.gap + 1.0 / (law.a * d_nm**2 + law.b * d_nm + law.c))


def sizes_by_law(
    law: PowerLaw | InverseQuadratic | Polynomial, nm: Float[np.ndarray, " n"]
) -> Float[np.ndarray, " n"]:
    """Return sizes by a law alone [nm], shape (n,): ungated, to compare curves and to test them.

    A size to report is read by :func:`diameter`, which refuses what lies outside the range of the curve.

    Args:
        law: A law of any form.
        nm: Wavelengths of the peak [nm], shape (n,); those of energies above the gap of the law.

    Example:
        >>> from aliquot.knowledge import store
        >>> law = store.material("CdTe").curve("yu2003").law
        >>> sizes_by_law(law, np.array([449.0, 550.0])).round(2)  # the first is a cluster, and no dot
        array([0.17, 3.24])
    """
    if isinstance(law, Polynomial):
        return np.asarray(np.polynomial.Polynomial(law.coefficients)(nm))
    if isinstance(law, PowerLaw):
        return np.asarray(((EV_NM / nm - law.gap) / law.a) ** (-1.0 / law.b))
    confined = 1.0 / (EV_NM / nm - law.gap)
    root = np.sqrt(law.b**2 - 4.0 * law.a * (law.c - confined))
    return np.asarray((root - law.b) / (2.0 * law.a))


def ensemble(material: Material) -> tuple[SizingCurve, ...]:
    """Return the curves from which a size is read: those in absorption of the first one's size definition.

    Curves of another definition stand beside them: a diameter and the edge of a tetrahedron have no mean.

    Raises:
        RangeError: If the card has no curve in use for the first exciton; it lists what is refused.

    Example:
        >>> from aliquot.knowledge import store
        >>> [curve.id for curve in ensemble(store.material("CdSe"))]
        ['yu2003', 'jasieniak2009']
    """
    absorbing = [curve for curve in material.sizing if curve.line == "absorption"]
    if not absorbing:
        refused = ", ".join(curve.id for curve in material.refused)
        beside = ", ".join(curve.id for curve in material.sizing)
        raise RangeError(
            given=f"a first exciton of {material.name}",
            expected="a material with a sizing curve in use",
            why=f"no sizing curve is known for {material.name} that could be trusted"
            + (f"; refused: {refused}" if refused else "")
            + (f"; for emission only: {beside}" if beside else ""),
            remedy="Measure the size by other means, or put a curve on a card with its source.",
            where=Where(material.id, key="sizing"),
        )
    return tuple(curve for curve in absorbing if curve.size is absorbing[0].size)


def size_from_edge(material: Material, e1: Finding) -> Finding:
    """Return the diameter behind a first exciton, from all curves of the material that hold there.

    This is the size at the peak of the ensemble, which larger dots pull to the red: by our InP lineshape a
    distribution of 3.0 nm reads 3.04 nm at an RSD of 8 %, 3.14 nm at 13 %, and has no peak beyond 17 %.

    Args:
        material: Card with its sizing curves; those of another size definition than the first are left out.
        e1: Wavelength of the first exciton [nm], with its budget.

    A material without a measured curve whose card has a theory curve gets a size by that, labelled in its
    definition and with its wide interval; measured and computed curves never stand in one mean.

    Returns:
        The mean of the curves [nm]. Its budget: the causes of ``e1`` carried through the slope; ``sizing
        curve``, the spread between curves and that of each; ``absorbance against TEM`` where the card knows
        how far sizes from absorbance were off. Without value, and with the reason, where no curve holds.

    Source:
        The curves of the card, each with its own; an ensemble of them, gated by range, is ours.

    Example:
        >>> from aliquot.knowledge import store
        >>> e1 = Finding("E1", "nm", Interval.normal(520.0, 0.5), budget={"noise": 0.5})
        >>> size = size_from_edge(store.material("CdSe"), e1)
        >>> round(size.value.value, 2), sorted(size.budget)
        (2.63, ['absorbance against TEM', 'noise', 'sizing curve'])
    """
    if e1.value is None:
        return Finding("diameter", "nm", None, flags=("No diameter without a first exciton.", *e1.flags))
    try:
        alike = ensemble(material)
    except RangeError as error:
        if material.theory is not None:
            return theory_size(material, e1)
        return Finding("diameter", "nm", None, flags=(f"{error.why[0].upper()}{error.why[1:]}.",))
    definition = alike[0].size
    holding, reasons = _holding(alike, e1.value.value)
    blank = Finding("diameter", "nm", None, definition=definition.value, flags=tuple(reasons))
    if not holding:
        return blank
    sizes = np.array([diameter(curve, e1.value.value) for curve in holding])
    slope = float(np.mean([_slope(curve, e1.value.value) for curve in holding]))
    budget = {cause: slope * sd for cause, sd in e1.budget.items()}
    budget["sizing curve"] = _spread(holding, sizes)
    if material.sizing_floor is not None:
        budget["absorbance against TEM"] = material.sizing_floor.to("nm") * _SD_OF_MEAN_ERROR
    total = float(np.sqrt(sum(part**2 for part in budget.values())))
    named = ", ".join(f"{curve.id} {size:.2f} nm" for curve, size in zip(holding, sizes, strict=True))
    parents = [curve.source for curve in holding]
    if material.sizing_floor is not None:
        parents.append(material.sizing_floor.source)
    return replace(
        blank,
        value=Interval.normal(float(np.mean(sizes)), total),
        budget=MappingProxyType(budget),
        evidence=f"first exciton at {e1.value.value:.1f} nm through {named}",
        sources=tuple(dict.fromkeys(key for key in parents if key)),
    )


def curves_that_hold(material: Material, e1_nm: float) -> tuple[str, ...]:
    """Return the names of the curves from which a diameter at this wavelength [nm] is read.

    Where it is read by theory the one name is ``"theory"``.

    Example:
        >>> from aliquot.knowledge import store
        >>> curves_that_hold(store.material("CdSe"), 440.0)
        ('yu2003',)
    """
    if all(curve.line == "emission" for curve in material.sizing):
        if material.theory is None:
            return ()
        e1 = Finding("E1", "nm", Interval(e1_nm, e1_nm, e1_nm))
        return () if theory_size(material, e1).value is None else (LABEL,)
    return tuple(curve.id for curve in _holding(ensemble(material), e1_nm)[0])


def _holding(curves: tuple[SizingCurve, ...], e1_nm: float) -> tuple[list[SizingCurve], list[str]]:
    """Return the curves in whose range a wavelength lies, and why the others do not hold."""
    holding, reasons = [], []
    for curve in curves:
        low, high = _branch(curve).wavelengths[[0, -1]]
        if low <= e1_nm <= high:
            holding.append(curve)
        else:
            reasons.append(
                f"{e1_nm:.1f} nm is outside the range of the curve {curve.id}, {low:.0f} to {high:.0f} nm."
            )
    return holding, reasons


def _spread(curves: list[SizingCurve], sizes: Float[np.ndarray, " n"]) -> float:
    """Return the standard uncertainty from the choice of curve: between curves, and within each [nm]."""
    within = float(np.mean([curve.spread.value**2 for curve in curves]))
    between = float(np.var(sizes, ddof=1)) if sizes.size > 1 else 0.0
    return float(np.sqrt(within + between))


def _slope(curve: SizingCurve, e1_nm: float) -> float:
    """Return how fast the size grows with the wavelength [1]."""
    return float(np.diff(sizes_by_law(curve.law, np.array([e1_nm - 0.05, e1_nm + 0.05])))[0] / 0.1)


@lru_cache(maxsize=64)
def _branch(curve: SizingCurve) -> _Branch:
    """Return the part of a curve over its range; checks that it is one, and monotonic."""
    low, high = (bound.value for bound in curve.range)
    law = curve.law
    if not isinstance(law, Polynomial):
        diameters = np.linspace(low, high, _NODES)
        return _checked(curve, EV_NM / energies_by_law(law, diameters), diameters)
    starts, ends = _crossings(law, low), _crossings(law, high)
    if not (starts.size and ends.size):
        raise _crooked(curve)
    # Of a polynomial that rises through its range more than once, the branch farthest to the red is meant.
    end = ends.max()
    start = starts[starts < end].max(initial=_WAVELENGTHS_NM[0])
    wavelengths = np.linspace(start, end, _NODES)
    return _checked(curve, wavelengths, np.polynomial.Polynomial(law.coefficients)(wavelengths))


def _crossings(law: Polynomial, size_nm: float) -> Float[np.ndarray, " k"]:
    """Return the wavelengths at which a polynomial rises through a size [nm], shape (k,)."""
    polynomial = np.polynomial.Polynomial(law.coefficients)
    roots = (polynomial - size_nm).roots()
    real = np.real(roots[np.abs(np.imag(roots)) < 1e-6])
    inside = real[(real > _WAVELENGTHS_NM[0]) & (real < _WAVELENGTHS_NM[1])]
    return np.asarray(inside[polynomial.deriv()(inside) > 0.0])


def _checked(
    curve: SizingCurve, wavelengths: Float[np.ndarray, " n"], diameters: Float[np.ndarray, " n"]
) -> _Branch:
    """Return a branch on which size and wavelength rise together.

    Raises:
        CardError: If they do not.
    """
    rising = np.all(np.diff(wavelengths) > 0.0) and np.all(np.diff(diameters) > 0.0)
    low, high = (bound.value for bound in curve.range)
    if not (rising and np.allclose(diameters[[0, -1]], [low, high], rtol=1e-6)):
        raise _crooked(curve)
    return _Branch(wavelengths, diameters)


def _crooked(curve: SizingCurve) -> CardError:
    low, high = (bound.value for bound in curve.range)
    return CardError(
        given=f"the sizing curve '{curve.id}' over {low:g} to {high:g} nm",
        expected="a size that rises with the wavelength over the whole range",
        why="elsewhere one wavelength would have two sizes, or none",
        remedy="Check the coefficients, or narrow the range of the curve on its card.",
        where=Where(curve.id, key="range"),
    )


def _outside(curve: SizingCurve, given: str, expected: str) -> RangeError:
    low, high = (bound.value for bound in curve.range)
    return RangeError(
        given=given,
        expected=expected,
        why=f"the curve '{curve.id}' is known for {low:g} to {high:g} nm and means nothing beyond",
        remedy="Use a curve that holds there, or measure the size by other means.",
        where=Where(curve.id),
    )
