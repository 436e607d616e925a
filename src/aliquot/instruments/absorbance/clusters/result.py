"""What unmixing says: amounts of clusters, dots and background in each spectrum, verdicts on the series."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from aliquot.finding import Finding
from aliquot.instruments.absorbance.clusters.refine import Refined
from aliquot.instruments.absorbance.problem import Background
from aliquot.knowledge.records.clusters import Family


class Verdict(StrEnum):
    """How far a series goes to show that a cluster is there."""

    CLAIMED = "claimed"
    """Its line stays where it is over three times or more, while its amount moves by more than 5 sigma."""
    CONSISTENT = "consistent with"
    """It was seen at several times, and the series does not show that it is a cluster and no dot."""
    SEEN = "seen"
    """It was seen at fewer than three times: one spectrum shows no cluster."""
    ABSENT = "not seen"
    """Its amount exceeds 5 sigma in no spectrum."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of one species a spectrum holds."""

    name: str
    """Name of the family, or ``"dots"``."""
    kind: str
    """``"cluster"``, ``"complex"`` or ``"dots"``."""
    line_nm: float | None
    """Place of the first line in this series, mean first exciton for dots, None where there are none [nm]."""
    peak: Finding
    """Absorbance of the species alone, at its line or at the mean first exciton of the dots [1]."""
    share: Finding
    """Share of the volume of semiconductor, by the absorption at the anchor [1]."""
    volume_fraction: Finding
    """Volume per volume of the undiluted liquid [1]."""
    seen: bool
    """Whether the peak exceeds 5 sigma."""


@dataclass(frozen=True, slots=True, eq=False)
class UnmixedSpectrum:
    """The parts of one spectrum."""

    label: str
    """What the column was called."""
    time_s: float | None
    """Time of the aliquot [s], None where not known."""
    clusters: tuple[Amount, ...]
    """One for each family, from blue to red, clusters and complexes."""
    dots: Amount
    """All dots together."""
    e1: Finding
    """Mean first exciton of the dots, weighted by absorbance [nm]."""
    e1_range_nm: tuple[float, float] | None
    """First excitons between which 90 % of the dots' absorbance lies [nm], None without dots."""
    background: tuple[tuple[Background, float], ...]
    """Absorbance of each background where its column is 1 [1]."""
    wavelengths: Float[np.ndarray, " wavelengths"]
    """[nm]."""
    values: Float[np.ndarray, " wavelengths"]
    """Measured absorbance [1]."""
    parts: Float[np.ndarray, "parts wavelengths"]
    """Absorbance of each cluster, of the dots and of the background [1], in this order."""
    noise: float
    """Standard deviation of one value, told from the spectrum or given [1]."""
    chi_squared: float
    """Mean square of the residual over that of the noise, by degree of freedom [1]."""
    flags: tuple[str, ...] = ()
    """Doubts, whole sentences."""

    @property
    def fitted(self) -> Float[np.ndarray, " wavelengths"]:
        """Sum of all parts [1]."""
        return np.asarray(self.parts.sum(axis=0))

    @property
    def residual(self) -> Float[np.ndarray, " wavelengths"]:
        """Measured minus fitted [1]."""
        return np.asarray(self.values - self.fitted)

    def of(self, name: str) -> Amount:
        """Return the amount of a species; raises KeyError if it is not among those that were looked for."""
        return {amount.name: amount for amount in (*self.clusters, self.dots)}[name]


@dataclass(frozen=True, slots=True)
class Claim:
    """What the series says about one family."""

    family: Family
    """Card of the family."""
    verdict: Verdict
    """How far it goes."""
    line: Finding
    """Mean place of the line over the times at which it was seen [nm]; without value where it was not."""
    seen_s: tuple[float, ...]
    """Times at which it was seen [s]."""
    reason: str
    """Why the verdict is as it is, a whole sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Unmixed:
    """A series of spectra, unmixed together."""

    material: str
    """Name of the material card."""
    spectra: tuple[UnmixedSpectrum, ...]
    """One for each signal, in the order given."""
    claims: tuple[Claim, ...]
    """One for each family that was looked for, from blue to red."""
    shift: Finding
    """By how much all lines stand to the red of the library [nm]."""
    width: Finding
    """Factor on the widths of the lines of the library [1]."""
    dots_width: Finding
    """Factor on the width of one dot's line on the card [1]; mixed up with the spread of sizes."""
    partners: Finding
    """Factor on the heights of the partner lines of the library [1]."""
    tails: Finding
    """Factor on the heights of the tails of the library [1]."""
    dots_nm: tuple[float, float]
    """First excitons between which dots were looked for [nm]."""
    refined: Refined
    """The fit behind it, for whoever goes on from there."""
    flags: tuple[str, ...] = ()
    """Doubts about the series, whole sentences."""
    citations: tuple[str, ...] = ()
    """Keys of the bibliography on which the lines rest."""

    @property
    def families(self) -> tuple[Family, ...]:
        """Families that were looked for, from blue to red."""
        return tuple(claim.family for claim in self.claims)
