"""What absorbance spectra say: the records of one aliquot and of a series."""

from dataclasses import dataclass

from aliquot.finding import Finding
from aliquot.instruments.absorbance.amounts import Amount
from aliquot.instruments.absorbance.clusters.discover import Discovery
from aliquot.instruments.absorbance.clusters.result import Unmixed, UnmixedSpectrum
from aliquot.instruments.absorbance.learned import Learned
from aliquot.instruments.absorbance.production import Production
from aliquot.instruments.absorbance.quality.record import Examined
from aliquot.instruments.absorbance.recorded import Comparison
from aliquot.instruments.absorbance.recovered import Recovered
from aliquot.instruments.absorbance.series import Course, Trend
from aliquot.instruments.signal import Signal


@dataclass(frozen=True, slots=True, eq=False)
class AliquotFindings:
    """What the spectrum of one aliquot says."""

    signal: Signal
    """The spectrum, as it was read."""
    examined: Examined
    """What of it can be trusted."""
    e1: Finding
    """Wavelength of the first exciton [nm]; of the dots, where clusters were told apart from them."""
    e2: Finding
    """Wavelength of the second transition [nm]."""
    maximum_nm: float | None
    """Where the spectrum itself is highest near E1 [nm], None on a shoulder and beside clusters."""
    hwhm: Finding
    """Half width at half height of the first exciton, on its red side [meV]."""
    diameter: Finding
    """Diameter by the sizing curves of the material [nm]."""
    distribution: Finding
    """Volume-weighted mean diameter of the recovered distribution, which it carries [nm]."""
    rsd: Finding
    """Relative standard deviation of that distribution, volume-weighted [1]."""
    amount: Amount | None = None
    """Volume fraction and concentration in the undiluted liquid, None where path, dilution or medium lack."""
    yielded: Finding | None = None
    """Share of what the recipe allows [1], None where no recipe was given."""
    production: Production | None = None
    """Mass over time, None where no flow was given."""
    recovered: Recovered | None = None
    """The fit behind the distribution, None where there is none."""
    unmixed: UnmixedSpectrum | None = None
    """Amounts of clusters, dots and background, None where they were not asked for."""
    flags: tuple[str, ...] = ()
    """Doubts about this aliquot, whole sentences, each once."""

    @property
    def label(self) -> str:
        """What the column was called."""
        return self.signal.label

    @property
    def time_s(self) -> float | None:
        """Time of the aliquot [s], None where not known."""
        return self.signal.time_s

    @property
    def source(self) -> str:
        """File, line and heading from which the spectrum came."""
        return str(self.signal.where) if self.signal.where is not None else self.signal.label


@dataclass(frozen=True, slots=True, eq=False)
class SeriesFindings:
    """What a series of spectra says."""

    material: str
    """Name of the material card."""
    aliquots: tuple[AliquotFindings, ...]
    """One for each spectrum, in the order given."""
    course: Course
    """What the first exciton does over time."""
    lineshape: Learned | None
    """The lineshape that the series taught, None where that of the card was used."""
    unmixed: Unmixed | None
    """Clusters, dots and background, None where clusters were not asked for."""
    proposed: Discovery | None
    """Lines that are not in the library and may be there, None where clusters were not asked for."""
    recorded: Comparison | None
    """First excitons that somebody wrote down, beside ours; None where there are none."""
    flags: tuple[str, ...]
    """Doubts about the series, whole sentences."""
    citations: tuple[str, ...]
    """Keys of the bibliography on which the findings rest."""

    @property
    def trend(self) -> Trend:
        """What the first exciton does, in a word."""
        return self.course.trend
