"""The run: a recipe and its aliquots, measured or simulated, in one record with another provenance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aliquot.instruments.signal import Signal
from aliquot.population import Population
from aliquot.reactors.shell import CoreShell
from aliquot.recipe.record import Recipe


class Provenance(StrEnum):
    """Where a run comes from."""

    MEASURED = "measured"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class Aliquot:
    """One sample of a run."""

    label: str
    """Name of the sample in the recipe, its time, or the heading of its column."""
    time_s: float | None
    """Time since the reaction began; in a tube the mean residence time [s]."""
    temperature: float | None
    """Temperature at which it reacted: of the flask at that moment, of the last zone of a tube [K]."""
    flow: float | None = None
    """Volume flow through the tube [m3 s-1]."""
    volume: float | None = None
    """Volume in the flask when it was drawn [m3]."""
    population: Population | None = None
    """What it contains, if that is known (always, when simulated)."""
    clusters: Mapping[str, float] = field(default_factory=dict)
    """Concentration of each named cluster [mol m-3]."""
    shell: CoreShell | None = None
    """What has grown on the dots, None without a shell."""
    conversion: float | None = None
    """Share of the limiting precursor that was consumed [1]."""
    mass_error: float | None = None
    """Largest relative drift of any element's balance, None when measured [1]."""
    signals: tuple[Signal, ...] = ()
    """What instruments saw of it."""
    flags: tuple[str, ...] = ()
    """Doubts about this sample, whole sentences."""


@dataclass(frozen=True, slots=True)
class Run:
    """A recipe and its aliquots."""

    provenance: Provenance
    aliquots: tuple[Aliquot, ...]
    recipe: Recipe | None = None
    chemistry: str | None = None
    """Name and version of the chemistry card behind a simulation."""
    steps: int | None = None
    """Steps of the integrator, all samples together."""
    wall_s: float | None = None
    """Seconds that the simulation took, the only field that differs between equal runs."""
    citations: tuple[str, ...] = ()
    """Keys of the bibliography on which the run rests."""
    assumptions: tuple[str, ...] = ()
    """What the recipe does not tell and the simulation decided: sentences that begin with a key."""
    flags: tuple[str, ...] = ()
    """Doubts about the whole run, whole sentences."""

    @property
    def mass_error(self) -> float | None:
        """Largest relative drift of the mass balance in any aliquot, None when none is known [1]."""
        return max((a.mass_error for a in self.aliquots if a.mass_error is not None), default=None)
