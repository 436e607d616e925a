"""What a fit says: constants with intervals, what the data can not tell, and every observation."""

from dataclasses import dataclass

from aliquot.inference.identify import Direction
from aliquot.inference.laplace import UNDETERMINED, UNTOLD
from aliquot.inference.starts import Optimum
from aliquot.knowledge import records
from aliquot.knowledge.records.observations import Role


@dataclass(frozen=True, slots=True)
class Constant:
    """A fitted constant."""

    name: str
    """Its name in the study."""
    unit: str
    """Unit of value and interval."""
    keys: tuple[str, ...]
    """Where it stands on the card."""
    transform: str
    """Whether ``theta`` is the value, or its decadic logarithm."""
    theta: float
    """What was fitted [unit, or log10 of it]."""
    sd: float
    """Standard deviation of that [unit, or decades]."""
    value: float
    """The constant [unit]."""
    low: float
    """Lower end of its 95 % interval [unit]."""
    high: float
    """Upper end of it [unit]."""
    prior_mean: float
    """Mean of the prior [unit, or log10 of it]."""
    prior_sd: float
    """Standard deviation of the prior [unit, or decades]."""
    at_bound: bool
    """Whether it lies at a bound of its prior: then neither value nor interval mean much."""

    @property
    def share(self) -> float:
        """Standard deviation over that of the prior [1]: 1 where the data said nothing."""
        return self.sd / self.prior_sd

    @property
    def told(self) -> bool:
        """Whether the data told anything of it: where not, its posterior is its prior."""
        return self.share < UNTOLD

    @property
    def determined(self) -> bool:
        """Whether the data determined it."""
        return self.share <= UNDETERMINED and not self.at_bound


@dataclass(frozen=True, slots=True)
class Line:
    """An observation, and what the fitted constants give for it."""

    id: str
    """Its name, with that of its paper."""
    words: str
    """What is compared."""
    conditions: tuple[str, ...]
    """Runs that it is of."""
    text: str
    """What it has to be, as the card writes it."""
    unit: str
    """Unit of the numbers below."""
    role: Role
    """What it is used for."""
    fitted: bool
    """Whether it entered the fit."""
    computed: float | None
    """What the constants give [unit], None with a reason in ``note``."""
    sd: float | None
    """Its standard deviation from that of the constants [unit]."""
    residual: float | None
    """Distance over standard deviation [1]."""
    met: bool | None
    """Whether it is met, None where nothing was computed."""
    note: str | None = None
    """Why it was left out or not computed."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit."""

    study: str
    """Name of the study."""
    chemistry: str
    """Card and version of the chemistry whose structure was fitted."""
    constants: tuple[Constant, ...]
    """Fitted constants, in the order of the study."""
    cost: float
    """Sum of the squared residuals, those of the priors among them [1]."""
    misfit: float
    """That of the data alone [1]."""
    data: int
    """Number of residuals of the data."""
    directions: tuple[Direction, ...]
    """Combinations of constants, from the best known to the least."""
    lines: tuple[Line, ...]
    """Observations, fitted and held out."""
    starts: tuple[Optimum, ...]
    """Where the search ended from each start."""
    covariance: tuple[tuple[float, ...], ...]
    """Covariance of the constants, in the order of the study."""
    card: records.Chemistry
    """The chemistry with the fitted constants and their intervals."""
    evaluations: int
    """Evaluations of the forward map, those that were remembered among them."""
    citations: tuple[str, ...]
    """Keys of the bibliography on which it rests."""
    flags: tuple[str, ...] = ()
    """Doubts about the whole fit, whole sentences."""

    @property
    def undetermined(self) -> tuple[str, ...]:
        """Constants that the data did not determine, by name; those of which they told nothing among them."""
        return tuple(one.name for one in self.constants if not one.determined)

    @property
    def not_told(self) -> tuple[str, ...]:
        """Constants of which the data told nothing, so that their posterior is their prior, by name."""
        return tuple(one.name for one in self.constants if not one.told)

    @property
    def at_bound(self) -> tuple[str, ...]:
        """Constants that lie at a bound of their prior, by name."""
        return tuple(one.name for one in self.constants if one.at_bound)

    @property
    def determined_directions(self) -> int:
        """Number of combinations that the data determine."""
        return sum(one.determined for one in self.directions)

    def counted(self, *, fitted: bool) -> tuple[int, int]:
        """Return how many of the fitted, or of the held-out, observations are met, and how many there are.

        What was left out for a reason is neither.
        """
        known = [one for one in self.lines if one.met is not None and one.note is None]
        lines = [one for one in known if one.fitted is fitted]
        return sum(bool(one.met) for one in lines), len(lines)
