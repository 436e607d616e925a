"""What a reproduction says: one row for each published number, one condition for each sample."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from aliquot.instruments.absorbance.edge import Edge
from aliquot.instruments.absorbance.recovered import Recovered
from aliquot.knowledge.records import Role
from aliquot.population import SizeDistribution
from aliquot.reproduce.closeup import Told, Trace
from aliquot.synthesis import Aliquot, Run

_ROUNDING = 1e-9
"""Relative error of floating point that does not turn a met row into a missed one."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What constants give for a row when they were fitted to predictions too: no prediction of anything."""

    chemistry: str
    """Card of the constants."""
    computed: float | None
    """The number [unit of the row], None where there is none."""
    met: bool
    """Whether it lies where the card of observations asks."""
    why: str | None = None
    """Why nothing computes it; None also where the constants make nothing to measure."""
    note: str | None = None
    """Why it is missed, None where it is met or nothing is known."""


@dataclass(frozen=True, slots=True)
class Row:
    """A published number, or bounds that a text sets, and the computed counterpart.

    Example:
        >>> Row.near("d", "180C", "diameter", "nm", (2.7, 0.1), 2.79, Role.CALIBRATION).met
        True
        >>> absent = Row("A", "ode", "share of 449 at 0.5 h", "1", -inf, 0.03, 0.0002, Role.CALIBRATION)
        >>> absent.met, absent.wanted
        (True, '≤ 0.03')
    """

    id: str
    """Name of the observation on its card."""
    condition: str | None
    """Condition of the card, None where the number needs no run."""
    quantity: str
    """What is compared: diameter, RSD, E1, conversion, share of 449 at 4 h / share of 449 at maximum, ..."""
    unit: str
    """Unit of all numbers below, ``"1"`` for a plain number."""
    low: float
    """Least that counts as met, minus infinity where only a largest is set [unit]."""
    high: float
    """Most that counts as met, infinity where only a least is set [unit]."""
    computed: float | None
    """As computed here, None with a reason in ``note`` or ``beyond`` [unit]."""
    role: Role
    """Whether the number was used to calibrate, is predicted, or needs no chemistry."""
    value: float | None = None
    """As printed, or as it follows from the printed doses; None where the text sets bounds [unit]."""
    source: str = ""
    """Paper and place."""
    text: str = ""
    """What it has to be, as the card writes it."""
    test: str | None = None
    """Sentence of the paper that several rows spell out together, None for a row that stands alone."""
    says: str | None = None
    """What the paper says, where the numbers alone do not tell."""
    printed: str | None = None
    """As it is printed, where that is in error and ``value`` is corrected."""
    derived: bool = False
    """Whether the paper does not print it, and it follows from what the paper prints."""
    reading: str | None = None
    """How an ambiguous text was read."""
    errata: tuple[str, ...] = ()
    """Located errors of the paper that this number touches."""
    note: str | None = None
    """Why it differs as it does."""
    beyond: str | None = None
    """Why it is not computed, or not yet: it is then neither met nor missed."""
    everything: tuple[Fitted, ...] = ()
    """What the fits to everything give, in the order of the paper's card; none counts for the role."""

    @classmethod
    def near(
        cls,
        id: str,  # noqa: A002  the field's name
        condition: str | None,
        quantity: str,
        unit: str,
        published: tuple[float, float],
        computed: float | None,
        role: Role,
        **more: str | tuple[str, ...] | None,
    ) -> "Row":
        """Return the row of a value with its tolerance, both in ``unit``."""
        value, tolerance = published
        bounds = value - tolerance, value + tolerance
        return cls(id, condition, quantity, unit, *bounds, computed, role, value, **more)  # type: ignore[arg-type]

    @property
    def published(self) -> float:
        """The number that is printed: the value, else the bound, of two the lower [unit]."""
        if self.value is not None:
            return self.value
        return self.high if self.low == -inf else self.low

    @property
    def tolerance(self) -> float:
        """How near to a value counts as met, fixed on the card; 0 where the text sets bounds [unit]."""
        return 0.0 if self.value is None else float(f"{(self.high - self.low) / 2.0:.12g}")

    @property
    def wanted(self) -> str:
        """What a computed number has to be, in words, without the unit."""
        if self.value is not None:
            return f"{self.value:.4g} ± {self.tolerance:.3g}"
        if self.low > -inf and self.high < inf:
            return f"{self.low:.4g} to {self.high:.4g}"
        return f"≥ {self.low:.4g}" if self.high == inf else f"≤ {self.high:.4g}"

    @property
    def met(self) -> bool:
        """Whether the computed number lies where the card asks."""
        return self.meets(self.computed)

    def meets(self, computed: float | None) -> bool:
        """Tell whether a number [unit] lies where the card asks."""
        if computed is None:
            return False
        slack = _ROUNDING * max(abs(bound) for bound in (self.low, self.high) if abs(bound) < inf)
        if self.value is not None:
            slack = _ROUNDING * self.tolerance
        return self.low - slack <= computed <= self.high + slack

    @property
    def is_tried(self) -> bool:
        """Whether it was put to the test: met, or missed."""
        return self.beyond is None


@dataclass(frozen=True, slots=True)
class Test:
    """A sentence of a paper: all rows that spell it out."""

    __test__ = False  # pytest shall not take it for one of its own

    name: str
    """The sentence, or the name of its one row."""
    rows: tuple[Row, ...]
    """Its rows; all of them have to be met."""

    @property
    def role(self) -> Role:
        """Prediction if any of its rows is one."""
        roles = {row.role for row in self.rows}
        return Role.PREDICTION if Role.PREDICTION in roles else self.rows[0].role

    @property
    def is_tried(self) -> bool:
        """Whether all its rows were put to the test."""
        return all(row.is_tried for row in self.rows)

    @property
    def met(self) -> bool:
        """Whether all its rows are met."""
        return all(row.met for row in self.rows)

    @property
    def is_sentence(self) -> bool:
        """Whether the paper says it in words that runs are held against."""
        return self.rows[0].test is not None and self.role is not Role.ARITHMETIC

    def is_given_by(self, fit: int) -> bool:
        """Tell whether a fit to everything, by its place, was put to the test with all its rows."""
        return all(row.everything and row.everything[fit].why is None for row in self.rows)

    def met_by(self, fit: int) -> bool:
        """Tell whether a fit to everything, by its place, meets all its rows."""
        return all(row.everything and row.everything[fit].met for row in self.rows)


@dataclass(frozen=True, slots=True)
class Condition:
    """One sample: published, simulated, and recovered from its own simulated spectrum."""

    aliquot: Aliquot
    """Settings, population and spectrum."""
    simulated: SizeDistribution
    """Truth of the simulation, by volume."""
    edge: Edge
    """First exciton as read from the spectrum."""
    recovered: Recovered
    """Distribution recovered from the spectrum alone."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A paper, reproduced."""

    paper: str
    """Key of the bibliography."""
    run: Run | None
    """The simulated run behind all rows of a tube; None where the runs are flasks, each its own."""
    conditions: tuple[Condition, ...]
    """One for each sample of the recipe."""
    rows: tuple[Row, ...]
    """One for each published number."""
    seed: int
    """Seed of the noise of the spectra."""
    constants: str | None = None
    """Card of the constants behind courses, None where each run names its own, or there are none."""
    everything: tuple[str, ...] = ()
    """Cards of constants that were fitted to everything: shown beside, never counted as predictions."""
    traces: tuple[Trace, ...] = ()
    """Flasks over time, with each set of constants; empty unless it was looked at closely."""
    checks: tuple[Row, ...] = ()
    """What a run has to satisfy though no paper prints it; empty unless it was looked at closely."""
    told: Told | None = None
    """What the rows tell of the constants; None unless it was looked at closely, and a study gave them."""

    @property
    def chemistry(self) -> str | None:
        """The chemistry behind the rows, with its version if a run tells it; None where each run has one."""
        return self.constants if self.run is None else self.run.chemistry

    @property
    def mass_error(self) -> float | None:
        """Largest relative drift of the mass balance in any sample [1]."""
        return None if self.run is None else self.run.mass_error

    @property
    def tests(self) -> tuple[Test, ...]:
        """Return the rows by the sentence that they spell out, in order; a row of its own is one."""
        return tests_of(self.rows)

    def published(self, sample: str) -> dict[str, Row]:
        """Return the rows of a sample's printed values by quantity, without bounds and residence times."""
        return {
            row.quantity: row
            for row in self.rows
            if row.condition == sample and row.value is not None and row.role is not Role.ARITHMETIC
        }

    def role(self, sample: str) -> Role | None:
        """Return what the published size of a sample is used for, None where the text prints none."""
        size = self.published(sample).get("diameter")
        return None if size is None else size.role

    def counted(self, role: Role) -> tuple[int, int]:
        """Return how many rows of a role are met, and how many were put to the test."""
        rows = [row for row in self.rows if row.role is role and row.is_tried]
        return sum(row.met for row in rows), len(rows)

    def derived(self, role: Role) -> int:
        """Return how many rows of a role follow from what is printed, and are not printed themselves."""
        return sum(row.role is role and row.derived for row in self.rows)

    def corrected(self, role: Role) -> int:
        """Return how many rows of a role are printed otherwise, in error."""
        return sum(row.role is role and row.printed is not None for row in self.rows)

    def untried(self, role: Role) -> int:
        """Return how many rows of a role nothing has computed."""
        return sum(row.role is role and not row.is_tried for row in self.rows)

    def sentences(self, role: Role, fit: int | None = None) -> tuple[int, int]:
        """Return how many sentences of a role are met, and how many were put to the test.

        Args:
            role: Calibration or prediction.
            fit: Place of a fit to everything; None for the computed numbers themselves.
        """
        asked = [test for test in self.tests if test.is_sentence and test.role is role]
        if fit is not None:
            given = [test for test in asked if test.is_given_by(fit)]
            return sum(test.met_by(fit) for test in given), len(given)
        tried = [test for test in asked if test.is_tried]
        return sum(test.met for test in tried), len(tried)

    def fitted(self, fit: int) -> tuple[int, int]:
        """Return how many rows a fit to everything meets, by its place, and how many were tested."""
        given = [row.everything[fit] for row in self.rows if row.everything]
        return sum(one.met for one in given), sum(one.why is None for one in given)

    def sentences_by(self, fit: int) -> tuple[int, int]:
        """Return how many sentences of any role a fit to everything meets, and how many were tested."""
        counts = [self.sentences(role, fit) for role in (Role.CALIBRATION, Role.PREDICTION)]
        return sum(met for met, _ in counts), sum(of for _, of in counts)


def tests_of(rows: Iterable[Row]) -> tuple[Test, ...]:
    """Return rows by the sentence that they spell out, in order; a row of its own is one."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.test or row.id, []).append(row)
    return tuple(Test(name, tuple(together)) for name, together in found.items())
