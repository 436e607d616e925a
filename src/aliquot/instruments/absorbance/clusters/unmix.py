"""Clusters, dots and background of a series of absorbance spectra, told apart together."""

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

import numpy as np
from jaxtyping import Float

from aliquot.errors import CardError, SignalError, Where
from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.clusters import library
from aliquot.instruments.absorbance.clusters.amounts import Causes, unmixed_spectrum
from aliquot.instruments.absorbance.clusters.choose import choose
from aliquot.instruments.absorbance.clusters.claim import claims
from aliquot.instruments.absorbance.clusters.design import Design, design
from aliquot.instruments.absorbance.clusters.doubt import doubt
from aliquot.instruments.absorbance.clusters.fit import fit_twice
from aliquot.instruments.absorbance.clusters.library import absorption_of
from aliquot.instruments.absorbance.clusters.line import red_foot
from aliquot.instruments.absorbance.clusters.refine import BOUNDS, NAMES, Refined, settle, unrefined
from aliquot.instruments.absorbance.clusters.result import Unmixed, UnmixedSpectrum
from aliquot.instruments.absorbance.noise import noise_of
from aliquot.instruments.absorbance.problem import Background
from aliquot.instruments.signal import Signal
from aliquot.knowledge.records import Material
from aliquot.knowledge.records.clusters import Family

FEWEST = 40
"""Fewest wavelengths that are unmixed."""

BACKGROUND = (Background.SCATTER, Background.OFFSET)
"""Kinds of background; two columns are as many as one spectrum bears."""

MISFIT = 2.0
"""Chi-squared per degree of freedom above which a misfit is told [1]; noise from 351 values errs by 8 %."""

_BRIGHT = 2.0


def unmix(
    signals: Sequence[Signal],
    material: Material,
    *,
    families: Literal["auto"] | Sequence[str | Family] = "auto",
    dots_nm: tuple[float, float] | None = None,
    background: Sequence[Background] = BACKGROUND,
    noise: float | None = None,
    refine: bool = True,
) -> Unmixed:
    """Return how much of each cluster, of dots and of background every spectrum of a series holds.

    Lines come from the library. One shift, one width and one shape for all of them (factors on partner lines
    and tails), and one width for the line of a dot, are refined over the whole series. Dots are a block of
    columns, smooth along their first exciton. What is not in the library ends up in the residual or in its
    neighbours: see :func:`~aliquot.instruments.absorbance.clusters.discover.discover`.

    With 15 spectra of two clusters, a complex and dots that grow, noise 1e-3 in 1.0 and dots whose
    lineshape is not that of the card, amounts come back to 0.001 to 0.006 (benchmarks/clusters.py).

    Args:
        signals: Absorbance on one set of wavelengths, in any order of time.
        material: Card of the material. Without a lineshape no dots are looked for, which is flagged.
        families: Families by name or line, or their cards; ``"auto"`` takes those of the material that the
            series needs.
        dots_nm: First excitons between which dots are looked for [nm]; from the red foot of the last line
            that is tried to the end of the window, unless given.
        background: Kinds of background to allow for, two at most.
        noise: Standard deviation of absorbance [1]; told from each spectrum unless given.
        refine: Whether to refine place and shape of the lines, which takes most of the time. In line, where
            the lines are known, :func:`~aliquot.instruments.absorbance.clusters.fit.fit` alone takes less
            than a millisecond a spectrum.

    Returns:
        Amounts with 95 % intervals and budgets, verdicts on each family, and the parts of every spectrum.

    Raises:
        SignalError: If there are no spectra, too few wavelengths, or more than one set of them.
        CardError: If a family or its absorption is not known, or nothing is known of the material at all.

    Source:
        Non-negative least squares with variable projection (Golub and Pereyra 1973, SIAM J. Numer. Anal. 10,
        413); the block of dots and the rule for claims are ours.

    Example:
        >>> from aliquot.instruments.absorbance.clusters.library import family
        >>> from aliquot.instruments.absorbance.clusters.line import column
        >>> from aliquot.instruments.signal import SignalKind
        >>> from aliquot.knowledge import store
        >>> nm = np.arange(350.0, 701.0)
        >>> line = column(family("CdTe", "449").absorption, nm)
        >>> seen = [Signal(SignalKind.ABSORBANCE, nm, a * line, f"{a}", time_s=a) for a in (0.2, 0.5, 0.8)]
        >>> found = unmix(seen, store.material("CdTe"), families=["449"], noise=1e-3)
        >>> [round(one.of("CdTe-449").peak.value.value, 3) for one in found.spectra], found.claims[0].verdict
        ([0.2, 0.5, 0.8], <Verdict.CLAIMED: 'claimed'>)
    """
    values = _values(signals)
    tried = _library(material, signals[0], families)
    if not tried and material.lineshape is None:
        raise _nothing(material)
    between = dots_nm or _between(tried, signals[0])
    sds = np.array([noise_of(one) if noise is None else noise for one in values])

    def made_for(some: tuple[Family, ...]) -> Design:
        return design(material, signals[0].wavelengths, some, tuple(background), between)

    if families == "auto":
        refined = choose(tried, made_for, values, sds)
        if not refine:
            refined = unrefined(fit_twice(made_for(refined.fit.design.families), values, sds))
    else:
        made = made_for(tried)
        refined = settle(made, values, sds) if refine else unrefined(fit_twice(made, values, sds))
    spectra = _spectra(signals, material, refined, sds, between, refine=refine)
    told = claims(refined, [one.clusters for one in spectra], [one.time_s for one in spectra])
    shift, width, dots_width, partners, tails = _places(refined, refine=refine)
    return Unmixed(
        material=material.id,
        spectra=spectra,
        claims=told,
        shift=shift,
        width=width,
        dots_width=dots_width,
        partners=partners,
        tails=tails,
        dots_nm=between,
        refined=refined,
        flags=_doubts(material, refined, signals),
        citations=tuple(
            dict.fromkeys(
                key
                for one in refined.fit.design.families
                for key in (absorption_of(one).source, one.source)
                if key
            )
        ),
    )


def _values(signals: Sequence[Signal]) -> Float[np.ndarray, "spectra wavelengths"]:
    """Return the spectra as rows; raises SignalError if they are none, too short, or not on one grid."""
    if not signals:
        raise _unfit("no spectrum", "at least one", "there is nothing to unmix", "Name a file with spectra.")
    first = signals[0].wavelengths
    if first.size < FEWEST:
        raise _unfit(
            f"{first.size} wavelengths",
            f"{FEWEST} or more",
            "lines, dots and background need as many to be told apart",
            "Export the whole spectrum, in steps of 1 to 2 nm.",
        )
    for one in signals:
        if not np.array_equal(one.wavelengths, first):
            raise _unfit(
                f"'{one.label}' on other wavelengths than '{signals[0].label}'",
                "a series on one set of wavelengths",
                "shift and width are refined over all its spectra together",
                "Unmix the spectra of each setting by themselves, or interpolate them to one grid.",
            )
    return np.array([one.values for one in signals])


def _nothing(material: Material) -> CardError:
    return CardError(
        given=f"{material.name}, for whose clusters and dots no absorption is known",
        expected="a material with families that have an 'absorption', or with a 'lineshape'",
        why="there is nothing to unmix its spectra into",
        remedy="Add cards with their grounds, or learn a lineshape from a series.",
        where=Where(f"cards/materials/{material.id}.yaml", key="lineshape"),
    )


def _unfit(given: str, expected: str, why: str, remedy: str) -> SignalError:
    return SignalError(given=given, expected=expected, why=why, remedy=remedy)


def _library(
    material: Material, signal: Signal, asked: Literal["auto"] | Sequence[str | Family]
) -> tuple[Family, ...]:
    """Return the families to look for, from blue to red; of all, those whose line is in the window."""
    if asked == "auto":
        low, high = signal.wavelengths[[0, -1]]
        known = library.families(material.id)
        return tuple(one for one in known if low < absorption_of(one).line.value < high)
    cards = [library.family(material.id, one) if isinstance(one, str) else one for one in asked]
    return tuple(sorted(dict.fromkeys(cards), key=lambda one: absorption_of(one).line.value))


def _between(tried: tuple[Family, ...], signal: Signal) -> tuple[float, float]:
    """Return the first excitons between which dots are looked for [nm].

    A dot whose line stood among those of the clusters could take the place of any of them.
    """
    low, high = (float(bound) for bound in signal.wavelengths[[0, -1]])
    feet = [red_foot(absorption_of(one)) for one in tried if absorption_of(one).kind == "cluster"]
    return max([low, *feet]), high


def _spectra(
    signals: Sequence[Signal],
    material: Material,
    refined: Refined,
    noise: Float[np.ndarray, " spectra"],
    between: tuple[float, float],
    *,
    refine: bool,
) -> tuple[UnmixedSpectrum, ...]:
    """Return what each spectrum holds, with the doubts of its own."""
    changes = doubt(material, refined.fit, between, refine=refine)
    missed = refined.fit.chi_squared * (refined.fit.noise / noise) ** 2
    found = []
    for which, signal in enumerate(signals):
        causes = Causes(refined, changes, which)
        one = unmixed_spectrum(signal, material, causes, float(noise[which]), float(missed[which]))
        found.append(replace(one, flags=_flags(one)))
    return tuple(found)


def _flags(one: UnmixedSpectrum) -> tuple[str, ...]:
    """Return the doubts about one spectrum."""
    flags = []
    if one.chi_squared > MISFIT:
        rms = float(np.sqrt(np.mean(one.residual**2)))
        flags.append(
            f"The parts miss the spectrum by {np.sqrt(one.chi_squared):.1f} times its noise "
            f"({rms:.2g} rms): lineshapes are not quite those of the cards, or a species is missing."
        )
    if float(one.values.max()) > _BRIGHT:
        flags.append(f"Absorbance reaches {one.values.max():.2g}: stray light may bend all amounts.")
    return tuple(flags)


def _places(refined: Refined, *, refine: bool) -> list[Finding]:
    """Return the place of the lines as findings."""
    sds = np.sqrt(np.diag(refined.covariance))
    found = []
    for which, (name, unit) in enumerate(zip(NAMES, ("nm", *4 * ("1",)), strict=True)):
        value = float(refined.fit.place[which])
        flags = ["It was not refined, and stands as on the cards."] if not refine else []
        if name in refined.bounded:
            low, high = BOUNDS[0][which], BOUNDS[1][which]
            flags.append(f"It ended at the bound of what is tried, {low:g} to {high:g}.")
        found.append(
            Finding(
                name,
                unit,
                Interval.normal(value, float(sds[which])) if refine else None,
                MappingProxyType({"noise": float(sds[which])} if refine else {}),
                definition="the same for all spectra and lines of the series, relative to the cards",
                evidence="variable projection over the series",
                flags=tuple(flags),
            )
        )
    return found


def _doubts(material: Material, refined: Refined, signals: Sequence[Signal]) -> tuple[str, ...]:
    """Return the doubts about the whole series."""
    flags = []
    fit = refined.fit
    if material.lineshape is None:
        flags.append(
            f"No lineshape is known for {material.name}: what its dots absorb ends up in the clusters."
        )
    elif fit.design.dots.spline is None:
        flags.append("The window leaves no room for dots, whose absorption ends up in the clusters.")
    low, high = signals[0].wavelengths[[0, -1]]
    if not low <= fit.design.anchor_nm <= high:
        flags.append(
            f"Shares rest on the lines' shape at {fit.design.anchor_nm:g} nm, outside of the window."
        )
    flags += [f"The {name} ended at the bound of what is tried." for name in refined.bounded]
    alone = [one.id for one in fit.design.families if not absorption_of(one).partners]
    if alone:
        flags.append(f"No partner line is known of {', '.join(alone)}: one line and a tail stand for it.")
    return tuple(flags)
