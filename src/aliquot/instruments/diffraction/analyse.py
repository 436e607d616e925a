"""From a pattern to findings: diameter with its budget, lattice constant, phases, Scherrer's size beside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, SignalError, Where
from aliquot.finding import Finding, Interval
from aliquot.instruments.diffraction.factors import SOURCE
from aliquot.instruments.diffraction.fit import BACKGROUND, SphereFit, check, fit_spheres
from aliquot.instruments.diffraction.mixture import MixtureFit, fit_mixture
from aliquot.instruments.diffraction.model import DIAMETERS_NM
from aliquot.instruments.diffraction.pattern import Pattern
from aliquot.instruments.diffraction.profile import Diffractometer
from aliquot.instruments.diffraction.scherrer import K_SPHERE, Width, scherrer
from aliquot.instruments.diffraction.structure import Cell
from aliquot.instruments.diffraction.trust import LARGEST_SD, Trust

DEFINITION = "diameter of the sphere of equal volume, mean by volume; of the crystalline core"
SURFACE = 0.01
"""Share of the diameter by which single cuts differ from the average over all cuts: measured for spheres of
2 to 6.4 nm (rms), 0.001 for InP, 0.002 for PbS and 0.010 for wurtzite CdSe; the largest is taken for all."""
DECISIVE = 10.0
"""Difference of Schwarz's criterion from which one description is preferred to another."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase and its share.

    Attributes:
        name: Material and phase.
        share: Share in the volume of the crystals fitted [1], with its interval.
        diameter_nm: Its diameter [nm].
    """

    name: str
    share: Interval
    diameter_nm: float


@dataclass(frozen=True, slots=True)
class DiffractionFindings:
    """What was found in a pattern.

    Attributes:
        pattern: What was measured.
        fits: Fits of single crystals, the best first.
        mixture: Fit of two crystals, where it is decisively better.
        diameter: Diameter [nm], of the phase that prevails.
        lattice: First lattice constant [nm].
        rsd: Spread of the diameter [1], None unless it was asked for.
        phases: Phases and shares, the largest first; none where the pattern does not bear them.
        widths: Lines and Scherrer's sizes, the strongest line first; none where the pattern does not bear
            them.
        flags: Doubts, whole sentences.
    """

    pattern: Pattern
    fits: tuple[SphereFit, ...]
    mixture: MixtureFit | None
    diameter: Finding
    lattice: Finding
    rsd: Finding | None
    phases: tuple[Phase, ...]
    widths: tuple[Width, ...]
    flags: tuple[str, ...]

    @property
    def model(self) -> Float[np.ndarray, " n"]:
        """Fitted intensities, shape (n,)."""
        return self.fits[0].model if self.mixture is None else self.mixture.model


def analyse(
    pattern: Pattern,
    cells: Sequence[Cell],
    *,
    instrument: Diffractometer | None = None,
    degree: int = BACKGROUND,
    spread: bool = False,
) -> DiffractionFindings:
    """Find diameter, lattice constant and phases in a pattern.

    Args:
        pattern: What was measured.
        cells: Crystals that may be in it.
        instrument: The diffractometer; None for a usual one.
        degree: Degree of the background.
        spread: Whether a log-normal spread of the diameters is fitted too.

    Raises:
        SignalError: If the pattern is too short, or shows none of the crystals.
        InputError: If no crystal is given, or the degree can not be.

    Example:
        >>> from aliquot.instruments.diffraction.observe import observe
        >>> from aliquot.instruments.diffraction.structure import crystal
        >>> from aliquot.population import Population
        >>> rungs = np.zeros(500); rungs[408] = 0.2                    # 409 units: 3.40 nm
        >>> inp, angles = crystal("InP-zinc-blende"), np.linspace(18.0, 60.0, 421)
        >>> seen = observe(Population("InP", 0.0503, rungs), inp, angles, label="A", seed=1)
        >>> found = analyse(seen, [inp]).diameter.value
        >>> found.low < 3.40 < found.high
        True
    """
    if not cells:
        raise InputError(
            given="no crystal",
            expected="at least one",
            why="a pattern is explained by crystals",
            remedy="Name a material or a structure.",
            where=Where(pattern.label),
        )
    check(pattern, degree)
    used = instrument or Diffractometer()
    fits = _ranked(pattern, cells, used, degree, spread=spread)
    best = fits[0]
    mixture = _mixture(pattern, fits, used, degree)
    main = 0 if mixture is None else int(np.argmax(mixture.shares))
    leading = best if mixture is None else next(f for f in fits if f.cell.phase == mixture.names[main])
    lattice = _lattice(leading, mixture)
    edge = leading.edge_nm if lattice.value is None else lattice.value.value
    model = best.model if mixture is None else mixture.model
    trust = Trust.of(pattern, model, degree, edge / leading.cell.edge - 1.0)
    flags = _flags(pattern, fits, mixture, used)
    if trust.doubt is not None:
        flags = (trust.doubt, *flags)
    diameter, refusal = _judged(_diameter(pattern, leading, mixture, used, degree), leading, trust)
    if refusal is not None:
        rsd = replace(_rsd(best), value=None, flags=(refusal,)) if spread else None
        return DiffractionFindings(
            pattern, fits, mixture, diameter, lattice, rsd, (), (), (*flags, *diameter.flags)
        )
    widths = scherrer(pattern, leading.cell, leading.diameter, instrument=used, strain=leading.strain)
    return DiffractionFindings(
        pattern,
        fits,
        mixture,
        diameter,
        lattice,
        _rsd(best) if spread else None,
        _phases(fits, mixture),
        widths,
        (*flags, *diameter.flags),
    )


def _ranked(
    pattern: Pattern, cells: Sequence[Cell], used: Diffractometer, degree: int, *, spread: bool
) -> tuple[SphereFit, ...]:
    """Fit every crystal alone, the best first; raise what the first raised if none can be fitted."""
    fits: list[SphereFit] = []
    missed: list[SignalError] = []
    for cell in cells:
        try:
            fits.append(fit_spheres(pattern, cell, instrument=used, degree=degree, spread=spread))
        except SignalError as error:
            missed.append(error)
    if not fits:
        raise missed[0]
    return tuple(sorted(fits, key=lambda fit: fit.bic))


def _mixture(
    pattern: Pattern, fits: Sequence[SphereFit], used: Diffractometer, degree: int
) -> MixtureFit | None:
    """Return the best mixture of the first phase with another, if it is decisively better than the first."""
    tried = [fit_mixture(pattern, fits[0], other, used, degree) for other in fits[1:4]]
    held = [mix for mix in tried if float(mix.shares.min()) > 0.0 and mix.bic < fits[0].bic - DECISIVE]
    return min(held, key=lambda mix: mix.bic, default=None)


def _judged(diameter: Finding, fit: SphereFit, trust: Trust) -> tuple[Finding, str | None]:
    """Return the diameter, without a value where the pattern does not bear one, and then why."""
    sd = float(np.sqrt(sum(part**2 for part in diameter.budget.values())))
    size = fit.diameter if diameter.value is None else diameter.value.value
    refusal = trust.refusal
    if refusal is None and not sd <= LARGEST_SD * size:
        refusal = f"No diameter: its standard uncertainty of {sd:.1f} nm is beyond 30 % of {size:.1f} nm."
    if refusal is None:
        return diameter, None
    return replace(diameter, value=None, flags=(refusal, *diameter.flags)), refusal


def _shift(pattern: Pattern, fit: SphereFit, used: Diffractometer, degree: int) -> float:
    """Return half the change of the diameter [nm] between two other backgrounds, or all of it."""
    spread = fit.rsd > 0.0
    try:
        low, high = (
            fit_spheres(pattern, fit.cell, instrument=used, degree=k, spread=spread).diameter
            for k in (max(degree - 2, 0), min(degree + 2, 12))
        )
    except SignalError:  # the lines were but a bend of the background
        return fit.diameter
    return 0.5 * abs(low - high)


def _diameter(
    pattern: Pattern, fit: SphereFit, mixture: MixtureFit | None, used: Diffractometer, degree: int
) -> Finding:
    """Return the diameter with its budget, or none where the fit ran against an end of the tables."""
    d = fit.diameter
    noise, lattice, ground = fit.sds
    budget = {"noise": d * noise, "lattice": d * float(np.sqrt(max(lattice**2 - noise**2, 0.0)))}
    if mixture is None:
        shift = _shift(pattern, fit, used, degree)
        budget["background"] = float(np.hypot(d * np.sqrt(max(ground**2 - lattice**2, 0.0)), shift))
    else:
        place = mixture.names.index(fit.cell.phase)
        d = float(mixture.diameters[place])
        budget = {"noise, background and other phase": d * float(mixture.sds[place])}
    budget["surface"] = SURFACE * d
    sd = float(np.sqrt(sum(part**2 for part in budget.values())))
    at_end = not 1.1 * DIAMETERS_NM[0] < d < 0.9 * DIAMETERS_NM[1]
    flags = []
    if at_end:
        flags.append(
            f"The fit ran to {d:.1f} nm, an end of what can be told ({DIAMETERS_NM[0]:g} to "
            f"{DIAMETERS_NM[1]:g} nm)."
        )
    elif sd > 0.1 * d:
        flags.append(
            f"The diameter is known to {100.0 * sd / d:.0f} % only: lines are weak against the ground."
        )
    return Finding(
        "diameter",
        "nm",
        None if at_end else Interval(d, max(d - 1.959964 * sd, 0.0), d + 1.959964 * sd),
        budget=budget,
        definition=DEFINITION,
        evidence=f"fit of Debye patterns of {fit.cell.phase} spheres, background of degree {degree}",
        sources=(SOURCE,),
        flags=tuple(flags),
    )


def _lattice(fit: SphereFit, mixture: MixtureFit | None) -> Finding:
    edge, sd = fit.edge_nm, fit.cell.edge * fit.strain_sd
    if mixture is not None:
        place = mixture.names.index(fit.cell.phase)
        edge, sd = float(mixture.edges_nm[place]), float(mixture.edge_sds_nm[place])
    return Finding(
        "lattice constant",
        "nm",
        Interval.normal(edge, sd),
        budget={"noise": sd},
        definition="first edge of the cell; a zero shift of the diffractometer goes into it",
        evidence=f"fit of Debye patterns of {fit.cell.phase} spheres",
        sources=(SOURCE,),
    )


def _rsd(fit: SphereFit) -> Finding:
    return Finding(
        "RSD",
        "1",
        Interval(fit.rsd, max(fit.rsd - 1.959964 * fit.rsd_sd, 0.0), fit.rsd + 1.959964 * fit.rsd_sd),
        budget={"noise": fit.rsd_sd},
        definition="relative standard deviation of the diameter by volume, log-normal",
        evidence="fit of Debye patterns",
        sources=(SOURCE,),
    )


def _phases(fits: Sequence[SphereFit], mixture: MixtureFit | None) -> tuple[Phase, ...]:
    if mixture is None:
        return (Phase(fits[0].cell.phase, Interval(1.0, 1.0, 1.0), fits[0].diameter),)
    half = 1.959964 * mixture.share_sd
    found = [
        Phase(name, Interval(share, max(share - half, 0.0), min(share + half, 1.0)), d)
        for name, share, d in zip(
            mixture.names, mixture.shares.tolist(), mixture.diameters.tolist(), strict=True
        )
    ]
    return tuple(sorted(found, key=lambda phase: -phase.share.value))


def _flags(
    pattern: Pattern, fits: Sequence[SphereFit], mixture: MixtureFit | None, used: Diffractometer
) -> tuple[str, ...]:
    """Return what a reader should doubt."""
    best = fits[0]
    flags = []
    model = best.model if mixture is None else mixture.model
    rest = (pattern.intensities - model) / np.sqrt(np.maximum(model, 1e-9 * float(np.abs(model).max())))
    if float((np.diff(rest) ** 2).sum()) < float((rest**2).sum()):  # Durbin and Watson below 1; noise has 2
        flags.append(
            "The residuals are no noise: shape, stacking faults, another phase or a bent background "
            "are not in "
            "the model, and the interval does not tell of them."
        )
    if mixture is None and len(fits) > 1 and fits[1].bic - best.bic < DECISIVE:
        flags.append(f"{best.cell.phase} and {fits[1].cell.phase} can not be told apart in this pattern.")
    wide = np.degrees(K_SPHERE * pattern.wavelength_nm / best.diameter)
    if used.fwhm_deg > 0.4 * wide:
        flags.append(
            f"Lines of {best.diameter:.1f} nm are hardly wider than those of the instrument "
            f"({used.fwhm_deg:g} degrees): measure them with a standard."
        )
    if best.rsd == 0.0:
        flags.append(
            "One size was fitted: a spread of sizes shifts it towards the large ones, and X-rays "
            "are no proof "
            "of equal sizes."
        )
    return tuple(flags)
