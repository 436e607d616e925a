"""The battery: one small ladder for everything that a chemistry can be built of, and a plain way to run it.

Tests visit all of it; ``kinds`` and ``settings`` tell what a ladder is made of, so that nothing is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from aliquot.kinetics.agglomeration import Activated, Additive, Encounter, Everything, Pair, Sweep
from aliquot.kinetics.attachment import Attachment, Edge
from aliquot.kinetics.cards import from_card
from aliquot.kinetics.chemistry import Agglomeration, Chemistry, Solubility
from aliquot.kinetics.coating import Cores
from aliquot.kinetics.ladder import Feed, Ladder, State
from aliquot.kinetics.landscape import Feature, Landscape
from aliquot.kinetics.laws import Excess, Gate, Inhibition, Order, Reaction, Saturation
from aliquot.kinetics.rosenbrock import Memory, Rosenbrock, solver_of
from aliquot.knowledge import records, store
from aliquot.knowledge.formula import composition
from ladders import VOLUME, Ramp, chemistry, law, surface_energy

SIZE = 120
CARD_SIZE = 160  # above 136, the largest sum of two named rungs


@dataclass(frozen=True)
class Case:
    """A ladder with a ramp and a feed, where it starts, and what its atoms are."""

    ladder: Ladder
    start: State
    seconds: float
    held: np.ndarray
    """Atoms of each element in each species, shape (elements, species)."""
    unit: np.ndarray
    """Atoms of each element in one formula unit, shape (elements,)."""

    def atoms(self, y: State) -> np.ndarray:
        """Atoms of each element per volume at the start [mol m-3], shape (elements,)."""
        rungs = np.asarray(y.rungs)
        units = np.arange(1.0, rungs.size + 1.0) @ rungs + np.asarray(y.coat).sum()
        return self.held @ np.asarray(y.species) + self.unit * units

    def fed(self, seconds: float) -> np.ndarray:
        """Atoms that have flowed in, shape (elements,)."""
        feed = self.ladder.feed
        return seconds * float(feed.rate) * (self.held @ np.asarray(feed.species))


def flat(y: State) -> jax.Array:
    return jnp.concatenate([y.species, y.rungs, jnp.asarray(y.coat)])


def shaped(v: jax.Array, like: State) -> State:
    a, b = like.species.shape[0], like.species.shape[0] + like.rungs.shape[0]
    return State(v[:a], v[a:b], v[b:])


def busy(start: State, seed: int = 0) -> State:
    """A state with something of everything."""
    rng = np.random.default_rng(seed)
    species, rungs, coat = (np.asarray(part).size for part in start)
    parts = rng.uniform(1, 90, species), rng.uniform(0, 1e-2, rungs), rng.uniform(0, 1.0, coat)
    return State(*(jnp.asarray(part) for part in parts))


def ladder_of(made: Chemistry, cores: Cores | None = None) -> Ladder:
    feed = Feed(jnp.asarray(0.01), jnp.array([30.0, 50.0]))
    return Ladder(made, Ramp(jnp.asarray(440.0), jnp.asarray(1.0)), feed, cores)


def small(made: Chemistry, cores: Cores | None = None) -> Case:
    coat = jnp.zeros(0 if cores is None else cores.amounts.shape[0])
    start = State(jnp.array([90.0, 360.0]), jnp.zeros(SIZE), coat)
    return Case(ladder_of(made, cores), start, 40.0, np.eye(2), np.array([1.0, 4.0]))


def of_card(card: records.Chemistry) -> Case:
    """A chemistry of the knowledge base over the middle of its temperatures."""
    solvents = card.agglomeration.solvents if card.agglomeration else {}
    made = from_card(card, store.material(card.material).unit_volume, next(iter(solvents), None))
    low, high = (limit.value for limit in card.temperatures)
    brought = [bool(part.from_) * (20.0 if part.needed else 400.0) for part in card.species.values()]
    elements = sorted(composition(card.material))
    held = [[part.holds.get(element, 0) for part in card.species.values()] for element in elements]
    return Case(
        Ladder(
            made,
            Ramp(jnp.asarray(low), jnp.asarray((high - low) / 7200.0)),
            Feed(jnp.asarray(1e-4), jnp.asarray(brought) * 0.5),
        ),
        State(jnp.asarray(brought), jnp.zeros(CARD_SIZE), jnp.zeros(0)),
        7200.0,
        np.array(held, float),
        np.array([composition(card.material)[element] for element in elements], float),
    )


def with_laws() -> Chemistry:
    """Every factor of the catalogue, with orders 1, 2 and between."""
    factors = (
        Order(0, 1.5),
        Saturation(1, jnp.asarray(20.0)),
        Inhibition(1, jnp.asarray(300.0)),
        Excess(0, jnp.asarray(50.0)),
        Gate(1, jnp.asarray(50.0), 2.5),
    )
    base = chemistry(attach=0.02, theta=6.0)
    second = Reaction(law(1e-5, 0.5), (Order(0, 2.0),), (-1.0, -4.0, 1.0))
    back = Reaction(
        law(1e-3, 0.2),
        (Order(2), Inhibition(0, jnp.asarray(2.0), 3.0), Excess(1, jnp.asarray(90.0), 2.0)),
        (1.0, 4.0, -1.0),
    )
    reactions = (Reaction(law(1e-3, 1.0), factors, (-1.0, -4.0, 1.0)), second, back)
    return eqx.tree_at(lambda c: c.reactions, base, reactions)


def landscape(
    theta: float = 6.0,
    *,
    well: float = 0.0,
    bell: float = 0.0,
    softening: float = 0.0,
    edge: float = 1.0,
    diffusion: float = 1e12,
    attach: float = 0.02,
    c_inf: float = 1e-4,
    k: float = 7e-6,
    m: float = 0.3,
) -> Chemistry:
    """Every option of a landscape and of attachment that leaves the linearisation exact."""
    base = chemistry(attach=attach, c_inf=c_inf, k=k)
    features = (
        Feature(jnp.asarray(well), jnp.asarray(10.0)),
        Feature(jnp.asarray(bell), jnp.asarray(24.5), 2.0),
    )
    return Chemistry(
        base.reactions,
        Attachment(
            law(attach, 0.8),
            jnp.asarray(m),
            50.0,
            law(diffusion, 0.2),
            (Edge(12, jnp.asarray(edge)), Edge(40, jnp.asarray(edge))),
        ),
        base.solubility,
        Landscape(
            jnp.asarray(surface_energy(theta)), VOLUME, features, jnp.asarray(softening), reference=473.15
        ),
        base.agglomeration,
        base.species,
    )


def regulated(half: float = 30.0, acid: float = 100.0, **constants: float) -> Chemistry:
    """Attachment that is gated and a solubility that acid raises."""
    base = chemistry(**constants)
    return eqx.tree_at(
        lambda c: (c.attachment, c.solubility),
        base,
        (
            Attachment(
                base.attachment.rate, jnp.asarray(0.3), 50.0, gates=(Gate(1, jnp.asarray(half), 2.0),)
            ),
            Solubility(base.solubility.rate, (Excess(0, jnp.asarray(acid)),)),
        ),
    )


def everywhere(
    kernel: Activated | Additive | Encounter, factor: float = 0.5, **constants: float
) -> Chemistry:
    return chemistry(**constants, channels=(Everything(kernel, jnp.asarray(factor)),))


def by_name() -> Chemistry:
    """Named rungs that join, by kernels of which one falls with size; species help."""
    rate = Activated(law(20.0, 0.3), -1.0, 8.0)
    channels = (
        Pair(rate, jnp.asarray(1.0), 4, 4),
        Pair(Encounter(jnp.asarray(1e-3), law(1e-5, 0.1)), jnp.asarray(0.5), 4, 8),
        Sweep(rate, jnp.asarray(1.0), 4, 12),
        Sweep(Additive(law(0.1, 0.2)), jnp.asarray(1.0), 8, 12),
    )
    base = chemistry(attach=0.02, theta=6.0, channels=channels)
    return eqx.tree_at(
        lambda c: c.agglomeration, base, Agglomeration(channels, (Excess(0, jnp.asarray(50.0), 2.0),))
    )


CORES = Cores(jnp.array([1e-3, 2e-3, 0.0]), jnp.array([1.0, 3.0, 2.0]), jnp.asarray(0.8))
SOFT = {"attach": 0.02, "theta": 6.0}
CASES = {
    "plain": small(chemistry(**SOFT)),
    "laws": small(with_laws()),
    "landscape": small(
        landscape(well=-0.1, bell=0.05, softening=1e-5, edge=0.1, diffusion=0.05),
    ),
    "regulated": small(regulated(**SOFT)),
    "constant": small(everywhere(Activated(law(0.5, 0.3)), **SOFT)),
    "sum": small(everywhere(Additive(law(1e-2, 0.2)), **SOFT)),
    "encounter": small(everywhere(Encounter(jnp.asarray(1e-3), law(1e-7, 0.1)), **SOFT)),
    "by name": small(by_name()),
    "from a size": small(
        chemistry(**SOFT, channels=(Everything(Activated(law(0.5, 0.3)), jnp.asarray(1.0), start=5),))
    ),
    "cores": small(chemistry(**SOFT), CORES),
}
CARDS = {name: store.chemistry(name) for name in store.names("chemistries")}
CASES |= {name: of_card(card) for name, card in CARDS.items()}
OPTIONS = {f"{name}+{option}": card.chosen(option) for name, card in CARDS.items() for option in card.options}


def nodes(part: object) -> Iterator[object]:
    """Walk everything that a ladder is built of."""
    yield part
    if isinstance(part, tuple):
        for inner in part:
            yield from nodes(inner)
    elif is_dataclass(part):
        for field in fields(part):
            yield from nodes(getattr(part, field.name))


def kinds(part: object) -> set[type]:
    return {type(node) for node in nodes(part)}


def settings(part: object) -> set[tuple[type, str]]:
    """Return (class, field) of every option that does not stand at its default."""
    found = set()
    for node in nodes(part):
        for field in fields(node) if is_dataclass(node) else ():
            value = getattr(node, field.name)
            # A tuple of factors, edges, features or channels is an option too, empty where it is not used.
            unset = field.default if isinstance(field.default, (tuple, float, int)) else None
            if value is None or (isinstance(value, tuple) and not value):
                continue
            if isinstance(unset, (float, int)) and float(value) == float(unset):
                continue
            found.add((type(node), field.name))
    return found


@eqx.filter_jit
def stepped(
    solver: Rosenbrock, ladder: Ladder, t0: jax.Array, t1: jax.Array, y: State, memory: Memory
) -> tuple[State, State, Memory]:
    y1, error, _, memory, _ = solver.step(ladder, t0, t1, y, None, memory, made_jump=False)
    return y1, error, memory


@eqx.filter_jit
def begun(solver: Rosenbrock, ladder: Ladder, y: State) -> Memory:
    return solver.init(ladder, 0.0, 1.0, y, None)


def march(
    ladder: Ladder,
    start: State,
    times: list[float],
    relative: float = 1e-4,
    absolute: float = 1e-9,
    solver: Rosenbrock | None = None,
) -> list[State]:
    """Integrate with the step of the solver and the plainest controller.

    One step is compiled in a fraction of the time of a whole run with diffrax's, and a battery has many.
    """
    solver = solver or solver_of(ladder)
    y = State(*(jnp.asarray(part, float) for part in start))
    memory, t, h, found = begun(solver, ladder, y), 0.0, 1e-6, []
    power = 1.0 / solver.tableau.order
    for end in times:
        while t < end:
            # Nearly the whole rest is the whole rest, for no step may be left that rounding swallows.
            t1 = end if t + 1.01 * h >= end else t + h
            y1, error, after = stepped(solver, ladder, jnp.asarray(t), jnp.asarray(t1), y, memory)
            a, b, e = (np.asarray(flat(part)) for part in (y, y1, error))
            off = np.abs(e) / (absolute + relative * np.maximum(np.abs(a), np.abs(b)))
            size = float(off.max())
            if size <= 1.0:
                t, y, memory = t1, y1, after
            assert h > 1e-18, f"no step is small enough at {t} s"
            h = (t1 - t if t1 > t else h) * min(6.0, max(0.2, 0.85 * max(size, 1e-12) ** -power))
        found.append(y)
    return found


def equal_steps(ladder: Ladder, start: State, end: float, count: int, solver: Rosenbrock) -> State:
    """Integrate in equal steps."""
    y = State(*(jnp.asarray(part, float) for part in start))
    memory = begun(solver, ladder, y)
    grid = np.linspace(0.0, end, count + 1)
    for t0, t1 in pairwise(grid):
        y, _, memory = stepped(solver, ladder, jnp.asarray(t0), jnp.asarray(t1), y, memory)
    return y
