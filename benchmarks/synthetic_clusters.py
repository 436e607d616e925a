"""Fifteen spectra of CdTe clusters, a complex and growing dots, whose contents are known exactly.

The courses follow what mech2023 tells of the reaction in octadecene (l.69 to 79): a broad band at 430 nm
first, 449 nm from half an hour on with its most at two to three hours, 469 nm instead of it from eight
hours on, dots whose first exciton moves from 500 to 533 nm. Amounts are peak absorbances; their sizes are
ours.

The spectra are made by the forward model, with dots that are NOT those of the card: their lines are
broader, broaden faster with falling size and have twice the Lorentzian tail. The dots are log-normal by
volume, 5 %. Other truths and libraries that are off are variants; every seed is stated.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.clusters.library import absorption_of, families
from aliquot.instruments.absorbance.clusters.line import column
from aliquot.instruments.absorbance.kernel import first_exciton, kernel, lineshape_of, size_limits
from aliquot.instruments.absorbance.problem import Background
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.knowledge import store
from aliquot.knowledge.records import Material
from aliquot.knowledge.records.clusters import Family
from aliquot.units import EV_NM

WAVELENGTHS = np.arange(350.0, 701.0)
HOURS = np.array([0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 24.0])
SPECIES = ("CdTe-430", "CdTe-449", "CdTe-469", "dots")
PEAKS = (0.25, 0.90, 0.75, 0.28)
"""Largest amount of each species over the series [absorbance]."""
SCATTER = 0.01
"""Absorbance by scatter at 400 nm [1]."""
RSD = 0.05
"""Relative standard deviation of the dots' diameters by volume [1]."""
SEED = 20231


@dataclass(frozen=True, slots=True)
class Dots:
    """How a dot of the truth absorbs."""

    width_meV: float = 46.0  # noqa: N815  a unit
    slope_meV_nm: float = 12.0  # noqa: N815
    lorentzian: float = 0.24
    ratio: float = 0.0
    """Added to the ratio of the higher transitions [1]."""


CARD = Dots(40.0, 6.0, 0.12)
"""The dots of the card: a truth that IS the kernel, as a control."""
MOVED = Dots(ratio=0.05)
"""Dots whose higher transitions stand elsewhere too, by 5 % of the confinement."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What is off between library and truth, and how noisy the spectra are."""

    name: str
    shift_nm: float = 0.0
    """By how much all lines of the truth stand to the red of the library [nm]."""
    width: float = 1.0
    """Width of the lines of the truth over that of the library [1]."""
    noise: float = 1e-3
    """Standard deviation of absorbance [1]."""
    partner: float = 1.0
    """Height of the partner lines of the truth over that of the library [1]."""
    tail: float = 1.0
    """Height of the tails of the truth over that of the library [1]."""
    unlike: float = 0.0
    """By how much the partner of 469 is lower and its tail higher than what the factors say [1]."""


EXACT = Variant("exact library")
VARIANTS = (
    EXACT,
    Variant("lines +1 nm", shift_nm=1.0),
    Variant("width +15 %", width=1.15),
    Variant("noise 5e-3", noise=5e-3),
)
SHAPE = Variant("partners +30 %, tails -20 %", partner=1.3, tail=0.8)
"""A library whose estimates are wrong in one way for all families."""
UNLIKE = Variant("the same, other for 469 by 20 %", partner=1.3, tail=0.8, unlike=0.2)
"""A library whose estimates are wrong in its own way for each family, which no shared factor mends."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Spectra and what they hold."""

    signals: tuple[Signal, ...]
    amounts: Float[np.ndarray, "spectra species"]
    """Peak absorbance of each species of :data:`SPECIES` [1]."""
    e1_nm: Float[np.ndarray, " spectra"]
    """First exciton of the median dot [nm]."""

    @property
    def values(self) -> Float[np.ndarray, "spectra wavelengths"]:
        """The spectra as rows [1]."""
        return np.array([one.values for one in self.signals])


def cdte() -> Material:
    """Return the card."""
    return store.material("CdTe")


def lines() -> tuple[Family, ...]:
    """Return the families that are in the truth."""
    return families("CdTe", SPECIES[:-1])


def courses() -> Float[np.ndarray, "spectra species"]:
    """Return the amounts of all species over time [absorbance]."""
    t = HOURS
    found = np.array(
        [
            np.exp(-t / 1.2) * (1.0 - np.exp(-t / 0.2)),
            (1.0 - np.exp(-(t**2))) / (1.0 + (t / 7.0) ** 4),
            t**3 / (t**3 + 9.0**3),
            t**2 / (t**2 + 36.0),
        ]
    ).T
    found *= np.array(PEAKS) / found.max(axis=0)
    found[-1, 1] = 0.0  # at 24 h no 449 is left
    return np.asarray(found)


def true_dots(dots: Dots) -> Material:
    """Return a card of CdTe whose dots absorb as in the truth."""
    card = cdte()
    shape = lineshape_of(card)
    first, *others = shape.transitions
    changed = shape.model_copy(
        update={
            "transitions": (
                first.model_copy(update={"width": f"{dots.width_meV} meV"}),
                *(line.model_copy(update={"ratio": line.ratio + dots.ratio}) for line in others),
            ),
            "width_slope": f"{dots.slope_meV_nm} meV/nm",
            "lorentzian": dots.lorentzian,
        }
    )
    return card.model_copy(update={"lineshape": changed})


def dot_spectra(dots: Dots) -> tuple[Float[np.ndarray, "spectra wavelengths"], Float[np.ndarray, " spectra"]]:
    """Return the dots' spectrum at each time, 1 at the first exciton of the median dot, and that [nm]."""
    material = true_dots(dots)
    e1_nm = 500.0 + 33.0 * np.sqrt(HOURS / HOURS[-1])
    sizes = np.linspace(*size_limits(material), 1201)
    reach = EV_NM / first_exciton(material, sizes)
    found = []
    for nm in e1_nm.tolist():
        middle = float(np.interp(nm, reach, sizes))
        shares = np.exp(-0.5 * (np.log(sizes / middle) / RSD) ** 2) / sizes
        near = shares > 1e-6 * shares.max()
        absorbed = kernel(material, np.append(WAVELENGTHS, nm), sizes[near], 1.5).values @ shares[near]
        found.append(absorbed[:-1] / absorbed[-1])
    return np.array(found), e1_nm


def true_line(one: Family, variant: Variant) -> Float[np.ndarray, " wavelengths"]:
    """Return what a cluster of the truth absorbs, 1 at its line."""
    absorption = absorption_of(one)
    own = variant.unlike if one.id == "CdTe-469" else 0.0
    partners = tuple(
        line.model_copy(update={"ratio": (1.0 - own) * variant.partner * line.ratio})
        for line in absorption.partners
    )
    true = absorption.model_copy(
        update={"partners": partners, "tail": (1.0 + own) * variant.tail * absorption.tail}
    )
    return column(true, WAVELENGTHS, shift_nm=variant.shift_nm, width=variant.width)


def series(
    variant: Variant = EXACT, dots: Dots | None = None, seed: int = SEED, without: tuple[str, ...] = ()
) -> Series:
    """Return the fifteen spectra.

    Args:
        variant: What is off, and the noise.
        dots: How dots absorb; not as on the card unless told so.
        seed: Seed of the noise.
        without: Species to leave out of the truth.
    """
    amounts = courses()
    for name in without:
        amounts[:, SPECIES.index(name)] = 0.0
    clusters = np.array([true_line(one, variant) for one in lines()])
    shapes, e1_nm = dot_spectra(dots or Dots())
    values = amounts[:, :-1] @ clusters + amounts[:, -1:] * shapes
    values += SCATTER * Background.SCATTER.column(WAVELENGTHS)
    values += variant.noise * np.random.default_rng(seed).standard_normal(values.shape)
    blank = Signal(SignalKind.ABSORBANCE, WAVELENGTHS, np.zeros_like(WAVELENGTHS), "")
    signals = tuple(
        replace(
            blank,
            values=row,
            label=f"{hours:g} h",
            time_s=3600.0 * hours,
            path_mm=10.0,
            dilution=100.0,
            medium="toluene",
        )
        for row, hours in zip(values, HOURS.tolist(), strict=True)
    )
    return Series(signals, amounts, e1_nm)


def rmse(
    found: Float[np.ndarray, "spectra species"], true: Float[np.ndarray, "spectra species"]
) -> Float[np.ndarray, " species"]:
    """Return the root mean square error of each species over the series [absorbance]."""
    return np.asarray(np.sqrt(np.mean((found - true) ** 2, axis=0)))
