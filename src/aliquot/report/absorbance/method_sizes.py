"""How sizes came out of whole spectra: the kernel with its constants, the inversion, its rivals."""

from collections.abc import Callable, Iterable, Sequence

from aliquot.instruments.absorbance.findings import AliquotFindings, SeriesFindings
from aliquot.instruments.absorbance.joint import NARROW
from aliquot.instruments.absorbance.learned import Learned
from aliquot.instruments.absorbance.sampling import DRAWS
from aliquot.instruments.absorbance.selection import GAP, RESOLVED
from aliquot.knowledge.records import InverseQuadratic, Lineshape, Material, Polynomial, PowerLaw
from aliquot.report.absorbance.sizes import sized


def kernel(
    found: SeriesFindings,
    aliquots: Sequence[AliquotFindings],
    card: Material,
    cite: Callable[[Iterable[str | None]], str],
) -> str:
    """Return what was taken for the absorption of one dot, and where that came from; empty where not used."""
    shape = card.lineshape
    if shape is None or not sized(aliquots):
        return ""
    return (
        "A volume of dots of one diameter d absorbs as μ(E, d) ∝ (3 nm/d)ᵖ Σ fₖ S(E; Eₖ, sₖ, η) + C(E), Eₖ "
        "= E₀ + rₖ (E₁ − E₀) with E₀ the E₁ of an endless dot, S a pseudo-Voigt line of height 1 and C a "
        f"continuum that sets in {shape.continuum_onset} above E₁, smeared over {shape.continuum_width}, and "
        f"rises with exponent {shape.continuum_exponent:g}; all sizes absorb alike per volume from "
        f"{shape.alike[0].text} to {shape.alike[1].text}. {_law(card, shape, cite)} {_constants(shape)} "
        f"{_origin(found, aliquots, shape, card, cite)}"
    )


def _constants(shape: Lineshape) -> str:
    """Return the constants that were used."""
    first, *others = shape.transitions
    higher = "".join(
        f", r{low} = {line.ratio:.3g}, f{low} = {line.strength:.3g}, s{low} = {_mev(line.width)}"
        for low, line in zip("₂₃₄₅₆₇₈₉", others, strict=False)
    )
    return (
        f"Constants: s₁ = {_mev(first.width)} at 3 nm, growing by {_mev(shape.width_slope)} below, η = "
        f"{shape.lorentzian:.3g}, p = {shape.strength_exponent:.3g}{higher}, continuum {shape.continuum:.3g} "
        "at 1 eV above its onset."
    )


def _mev(text: str) -> str:
    """Return a quantity of a card with three digits.

    Example:
        >>> _mev("41.3714 meV")
        '41.4 meV'
    """
    number, _, unit = text.partition(" ")
    return f"{float(number):.3g} {unit}"


def _law(card: Material, shape: Lineshape, cite: Callable[[Iterable[str | None]], str]) -> str:
    """Return the relation between size and first exciton that the kernel stands on."""
    if shape.position is not None:
        return f"Lines stand at {law_text(shape.position)}, with E in eV and d in nm."
    curve = card.sizing[0]
    low, high = curve.range
    return (
        f"First excitons follow {curve.id}{cite([curve.source])}, {law_text(curve.law)} with E in eV and d "
        f"in nm, measured from {low.text} to {high.text}: {curve.size.value}."
    )


def law_text(law: PowerLaw | InverseQuadratic | Polynomial) -> str:
    """Return a sizing law as people write it.

    Example:
        >>> law_text(PowerLaw(form="power law", gap=1.35, a=4.296, b=1.425))
        'E₁ = 1.35 + 4.296 / d^1.425'
    """
    if isinstance(law, PowerLaw):
        return f"E₁ = {law.gap:g} + {law.a:g} / d^{law.b:g}"
    if isinstance(law, InverseQuadratic):
        return f"E₁ = {law.gap:g} + 1 / ({law.a:g} d² + {law.b:g} d + {law.c:g})"
    return "a polynomial, d = " + " + ".join(f"{p:g} λ^{k}" for k, p in enumerate(law.coefficients))


def _origin(
    found: SeriesFindings,
    aliquots: Sequence[AliquotFindings],
    shape: Lineshape,
    card: Material,
    cite: Callable[[Iterable[str | None]], str],
) -> str:
    """Return where the constants came from."""
    learned = found.lineshape
    if learned is None:
        return (
            f"They are those of the card of {card.name}{cite([shape.source])}, {shape.mark}, with their "
            "spread: each spectrum is read with all lineshapes that card and spectrum together make likely."
        )
    if not is_own(learned, aliquots):
        return "They were learned before from other spectra, and given for this series."
    return (
        f"They were learned from {len(learned.labels)} spectra of this series together, by the maximum of "
        "their summed log evidence and of what the card believes; each spectrum kept a distribution of its "
        f"own. A sample is narrow if sizes widen its first exciton to no more than {NARROW:g} widths of one "
        "dot's line."
    )


def is_own(learned: Learned, aliquots: Sequence[AliquotFindings]) -> bool:
    """Tell whether a lineshape was learned from these very spectra, and not given."""
    names = {one.label.strip() for one in aliquots}
    return bool(learned.labels) and names.issuperset(learned.labels)


def distribution(aliquots: Sequence[AliquotFindings]) -> str:
    """Return how distributions were recovered; empty where none was."""
    parted = sized(aliquots)
    if not parted:
        return ""
    found = [one.recovered for one in parted if one.recovered is not None]
    sizes = found[0].distribution.diameters
    kinds = " and ".join(str(kind) for kind, _ in found[0].background)
    cut = any(one.unmixed is not None and any(a.seen for a in one.unmixed.clusters) for one in parted)
    lines = " From spectra with clusters their lines were taken off first." if cut else ""
    return (
        f"Each spectrum was fitted by non-negative volumes of dots of {sizes.size} diameters from "
        f"{sizes[0]:.2f} to {sizes[-1]:.2f} nm, with {kinds or 'no background'} (scatter falls as "
        f"λ⁻⁴).{lines} Smoothness is asked of second differences under an envelope; how strongly, and which "
        "envelope, is what the evidence is largest for (MacKay, Neural Comput. 1992, 4, 415). Intervals and "
        f"bands come from {DRAWS} draws of noise, prior and lineshape (after Bardsley et al., SIAM J. Sci. "
        "Comput. 2014, 36, A1895). Mean and RSD are those of the diameter by volume, RSD the standard "
        "deviation over the mean. Beside it stand one log-normal, two, and a front with a tail to small "
        "sizes, compared by the Bayesian information criterion, BIC (Schwarz, Ann. Statist. 1978, 6, 461); "
        f"few parameters are enough if χ² per wavelength is worse by less than {GAP:g}, and two modes count "
        f"only if Ashman's D exceeds {RESOLVED:g} (Astron. J. 1994, 108, 2348)."
    )
