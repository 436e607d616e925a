"""What a map says: probabilities of zones, sections and axes through it, and the vials of the paper."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int8

from aliquot.inference.zones.coordinates import Coordinate, Values
from aliquot.inference.zones.rules import UNKNOWN, ZONES, Rules, Zone, classified
from aliquot.inference.zones.study import TIME, Label, Lane, Section, ZoneStudy
from aliquot.knowledge.records.observations import Role

NOT_COMPUTED = "not computed"
"""What a vial is called of which no set of constants came to an end."""


def mean_of_known(numbers: np.ndarray) -> float | None:
    """Return the mean of those that are numbers; None where none is.

    Example:
        >>> mean_of_known(np.array([1.0, np.nan])), mean_of_known(np.array([np.nan]))
        (1.0, None)
    """
    known = numbers[~np.isnan(numbers)]
    return float(known.mean()) if known.size else None


@dataclass(frozen=True, slots=True)
class Belief:
    """How probable each zone is in every vial of some flasks.

    Attributes:
        probabilities: Of the zones, in the order of :data:`ZONES` [1], shape (n, times, zones); not a number
            where no set of constants came to an end.
    """

    probabilities: Float[np.ndarray, "n times zones"]

    @classmethod
    def of(
        cls,
        shares: Float[np.ndarray, "members n times kinds"],
        weights: Float[np.ndarray, " members"],
        rules: Rules,
    ) -> "Belief":
        """Label vials with every set of constants and count, by weight.

        Example:
            >>> from aliquot.inference.zones.rules import Kind
            >>> rules = (Kind(name="449", of=("449",), looks="cluster", visible=0.02, because="so"),)
            >>> two = np.array([0.5, 0.0]).reshape(2, 1, 1, 1)       # seen by one set of two
            >>> Belief.of(two, np.array([0.75, 0.25]), rules).probabilities.ravel().tolist()
            [0.25, 0.0, 0.75, 0.0, 0.0]
        """
        zones = classified(shares, rules)
        known = np.where(zones == UNKNOWN, 0.0, weights[:, None, None])
        total = known.sum(axis=0)
        votes = np.stack([(known * (zones == i)).sum(axis=0) for i in range(len(ZONES))], axis=-1)
        with np.errstate(invalid="ignore"):
            return cls(np.where(total[..., None] > 0.0, votes / total[..., None], np.nan))

    @property
    def zones(self) -> Int8[np.ndarray, "n times"]:
        """Most probable zone of each vial as a place in :data:`ZONES`, the first of equals."""
        unknown = np.isnan(self.probabilities).any(axis=-1)
        most = np.where(np.isnan(self.probabilities), 0.0, self.probabilities).argmax(axis=-1)
        return np.where(unknown, UNKNOWN, most).astype(np.int8)

    @property
    def entropy(self) -> Float[np.ndarray, "n times"]:
        """Shannon's entropy of each vial [bit]: 0 where the ensemble is of one mind."""
        p = self.probabilities
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = np.where(p > 0.0, -p * np.log2(p), np.where(np.isnan(p), np.nan, 0.0))
        return np.asarray(parts.sum(axis=-1)) + 0.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A section or an axis as it is drawn: shares are interpolated between computed points, then labelled.

    Attributes:
        x: Finer values along x [unit], or places of words, shape (fx,).
        y: Finer values along y [unit, hours for time], or places of words, shape (fy,).
        probabilities: Of the zones [1], shape (fy, fx, zones).
    """

    x: Float[np.ndarray, " fx"]
    y: Float[np.ndarray, " fy"]
    probabilities: Float[np.ndarray, "fy fx zones"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A section or an axis as it was computed.

    Attributes:
        asked: The section, or the axis.
        x: Values along x [unit], or words, shape (nx,).
        y: Values along y [unit, hours for time], or words, shape (ny,).
        probabilities: Of the zones [1], shape (ny, nx, zones).
        held: What was held: value of each other coordinate [unit], or word.
        hour: When vials were looked at [h]; None where time goes from bottom to top.
        words: What was held, in words.
        drawn: The same for the eye.
    """

    asked: Section | Lane
    x: np.ndarray
    y: np.ndarray
    probabilities: Float[np.ndarray, "ny nx zones"]
    held: Mapping[str, float | str]
    hour: float | None
    words: str
    drawn: Drawn

    @property
    def names(self) -> tuple[str, str]:
        """What goes from left to right, and from bottom to top."""
        if isinstance(self.asked, Lane):
            return self.asked.along, TIME
        return self.asked.x, self.asked.y

    def holds(self, vial: "Vial", study: ZoneStudy) -> bool:
        """Return whether a vial lies on it: what is held is the same in it, to a hundredth of the box."""
        at_time = self.hour is None or bool(np.isclose(vial.label.at.value, 3600.0 * self.hour))
        if not (vial.plain and at_time):
            return False
        return all(
            _same(vial.values[name][0], value, study.coordinate(name)) for name, value in self.held.items()
        )


def _same(one: float | str, other: float | str, along: Coordinate) -> bool:
    if along.values:
        return str(one) == str(other)
    low, high = along.ends
    return abs(float(one) - float(other)) <= 0.01 * (high - low)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an ensemble makes of a vial.

    Example:
        >>> one = Verdict((0.0, 0.0, 0.75, 0.25, 0.0), np.zeros((2, 5)))
        >>> one.zone.value, one.is_divided, one.words
        ('pure cluster', True, 'pure cluster 75 %, mixture 25 %')
        >>> lost = Verdict((np.nan,) * 5, np.full((1, 5), np.nan))
        >>> lost.zone is None, lost.is_divided, lost.words
        (True, False, 'not computed')
    """

    probabilities: tuple[float, ...]
    """Of the zones, in the order of :data:`ZONES` [1]; not a number where no set came to an end."""
    shares: Float[np.ndarray, "members kinds"]
    """Share of the limiting element in each kind, by set of constants [1]."""

    @property
    def zone(self) -> Zone | None:
        """Most probable zone, the first of equals; None where no set of constants came to an end."""
        return None if np.isnan(self.probabilities).any() else ZONES[int(np.argmax(self.probabilities))]

    @property
    def is_divided(self) -> bool:
        """Whether sets of constants call it differently; those that came to no end call it nothing."""
        return self.zone is not None and max(self.probabilities) < 1.0 - 1e-9

    @property
    def words(self) -> str:
        """The zone; where opinion is divided every zone that is held, the most probable first."""
        if self.zone is None:
            return NOT_COMPUTED
        if not self.is_divided:
            return self.zone.value
        return ", ".join(f"{ZONES[i].value} {100 * self.probabilities[i]:.0f} %" for i in self.order)

    @property
    def order(self) -> tuple[int, ...]:
        """Zones that are held, as places in :data:`ZONES`, the most probable first."""
        held = [i for i, p in enumerate(self.probabilities) if p > 0.0]
        return tuple(sorted(held, key=lambda i: -self.probabilities[i]))


@dataclass(frozen=True, slots=True)
class Vial:
    """A vial of the paper, and what is computed for it."""

    label: Label
    """What the paper says."""
    role: Role
    """Of its series: what is held out is a prediction, if constants never saw it."""
    series: str
    """Series of the paper."""
    values: Values
    """Its coordinates, each an array of one."""
    plain: bool
    """Whether all that is no coordinate is in it as in the base."""
    verdict: Verdict
    """Of the ensemble of the map."""
    blind: Verdict | None = None
    """Of constants that never saw what is held out; None where a study has none."""

    def probability(self, verdict: Verdict) -> float | None:
        """Return the probability that a verdict gives to what the paper tells [1]; None where it has none."""
        return None if verdict.zone is None else verdict.probabilities[ZONES.index(self.label.zone)]

    def meets(self, verdict: Verdict | None) -> bool:
        """Return whether a verdict is what the paper tells; what could not be computed is not."""
        return verdict is not None and verdict.zone is self.label.zone

    @property
    def shown(self) -> Verdict:
        """The verdict that says most: of held-out vials that of constants that never saw them, if any."""
        return self.blind if self.role is Role.PREDICTION and self.blind is not None else self.verdict

    @property
    def met(self) -> bool:
        """Whether the ensemble of the map says what the paper tells."""
        return self.meets(self.verdict)


@dataclass(frozen=True, slots=True)
class Turn:
    """What changes when a threshold is moved."""

    kind: str | None
    """Kind whose thresholds are moved; None for all."""
    factor: float
    """By what they are multiplied [1]."""
    changed: float | None
    """Share of the computed vials whose most probable zone changes [1]; None where none was computed."""
    met: tuple[int, int]
    """Vials of the paper that are then met, and of how many."""
    foretold: tuple[int, int] | None = None
    """Held-out ones that are then met by constants that never saw them, and of how many."""


@dataclass(frozen=True, slots=True)
class Zones:
    """A map of zones.

    Attributes:
        study: What was asked.
        values: Coordinates of every recipe, by name [unit], or words.
        hours: When vials are looked at [h], shape (times,).
        belief: Probabilities of all vials.
        shares: Share of the limiting element in each kind [1], shape (members, n, times, kinds).
        members: Name, version and weight of each set of constants.
        blind: The same of the constants that never saw what is held out.
        sections: Planes.
        lanes: Axes of the diagram.
        vials: Those of the paper.
        turns: What moved thresholds change.
        lids: Flasks whose dots reached the top of the longest ladder, of all sets of constants.
        lost: Flasks that came to no end, of all sets of constants.
        steps: Mean number of steps of a flask [1].
        flags: Doubts, whole sentences.
        citations: Keys of the bibliography on which it rests.
    """

    study: ZoneStudy
    values: Values
    hours: Float[np.ndarray, " times"]
    belief: Belief
    shares: Float[np.ndarray, "members n times kinds"]
    members: tuple[tuple[str, float], ...]
    blind: tuple[tuple[str, float], ...]
    sections: tuple[Sheet, ...]
    lanes: tuple[Sheet, ...]
    vials: tuple[Vial, ...]
    turns: tuple[Turn, ...]
    lids: int
    lost: int
    steps: float
    flags: tuple[str, ...]
    citations: tuple[str, ...]

    def on(self, sheet: "Sheet") -> tuple[Vial, ...]:
        """Return the vials of the paper that lie on a section or an axis: all else is as it is held there."""
        return tuple(vial for vial in self.vials if sheet.holds(vial, self.study))

    @property
    def count(self) -> int:
        """Number of recipes."""
        return int(self.belief.probabilities.shape[0])

    def fraction(self, zone: Zone, time: int | None = None) -> float | None:
        """Return the probability of a zone anywhere in the box [1]: at one time by its number, or at any.

        It is that of the vials that could be computed; None where none could.
        """
        p = self.belief.probabilities[..., ZONES.index(zone)]
        return mean_of_known(p if time is None else p[:, time])

    @property
    def entropy(self) -> float | None:
        """Mean entropy of the vials that could be computed [bit]; None where none could."""
        return mean_of_known(self.belief.entropy)

    def counted(self, role: Role) -> tuple[int, int]:
        """Return how many vials of a role the ensemble of the map meets, and how many there are."""
        some = [vial for vial in self.vials if vial.role is role]
        return sum(vial.met for vial in some), len(some)

    def foretold(self, role: Role = Role.PREDICTION) -> tuple[int, int] | None:
        """Return the same for constants that never saw what is held out; None where a study has none."""
        some = [vial for vial in self.vials if vial.role is role]
        return (sum(vial.meets(vial.blind) for vial in some), len(some)) if self.blind else None
