"""What a reproduction says: one row for each published number, one condition for each sample."""

from dataclasses import dataclass

from aliquot.instruments.absorbance.edge import Edge
from aliquot.instruments.absorbance.invert import Recovered
from aliquot.knowledge.records import Role
from aliquot.population import SizeDistribution
from aliquot.synthesis import Aliquot, Run


@dataclass(frozen=True, slots=True)
class Row:
    """A published number and its computed counterpart."""

    id: str
    """Name of the observation on its card."""
    condition: str | None
    """Sample, None where the number belongs to the recipe as a whole."""
    quantity: str
    """What is compared: diameter, RSD, E1, conversion, time, ..."""
    unit: str
    """Unit of all three numbers below."""
    published: float
    """As printed, or as it follows from the printed doses [unit]."""
    computed: float | None
    """As computed here, None with a reason in ``note`` [unit]."""
    tolerance: float
    """How near counts as met, fixed on the card [unit]."""
    role: Role
    """Whether the number was used to calibrate, is predicted, or needs no chemistry."""
    source: str
    """Paper and place."""
    reading: str | None
    """How an ambiguous text was read."""
    errata: tuple[str, ...]
    """Located errors of the paper that this number touches."""
    note: str | None = None
    """Why it differs as it does."""

    @property
    def met(self) -> bool:
        """Whether the computed number comes as near as the tolerance asks."""
        return self.computed is not None and abs(self.computed - self.published) <= self.tolerance * (
            1 + 1e-9
        )


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
    run: Run
    """The simulated run behind all rows."""
    conditions: tuple[Condition, ...]
    """One for each sample of the recipe."""
    rows: tuple[Row, ...]
    """One for each published number."""
    seed: int
    """Seed of the noise of the spectra."""

    def published(self, sample: str) -> dict[str, Row]:
        """Return the rows of a sample's published numbers by quantity, residence times left out."""
        return {
            row.quantity: row
            for row in self.rows
            if row.condition == sample and row.role is not Role.ARITHMETIC
        }

    def role(self, sample: str) -> Role | None:
        """Return what the published size of a sample is used for, None where the text prints none."""
        size = self.published(sample).get("diameter")
        return None if size is None else size.role

    def counted(self, role: Role) -> tuple[int, int]:
        """Return how many rows of a role are met, and how many there are."""
        rows = [row for row in self.rows if row.role is role]
        return sum(row.met for row in rows), len(rows)
