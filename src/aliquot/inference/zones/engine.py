"""Computing many flasks with an ensemble: in chunks, on a few threads, each kept as soon as it is done."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata
from itertools import pairwise
from threading import Event

import numpy as np
from jaxtyping import Bool, Float, Int

from aliquot.inference.folder import PROGRAMS
from aliquot.inference.zones.block import SIZE, Found
from aliquot.inference.zones.flasks import Flasks
from aliquot.inference.zones.reader import Reader
from aliquot.inference.zones.vault import Vault
from aliquot.knowledge import store

CHUNK = 8 * SIZE
"""Flasks of a chunk: some seconds of work, which is all that a kill can lose."""
WORKERS = 2
"""Chunks that are computed at a time: each is compiled code that lets the others run."""

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shares:
    """What many flasks come to with every set of constants.

    Attributes:
        shares: Share of the limiting element in each kind [1], shape (members, n, times, kinds).
        top: Largest share of the formula units at the top of the ladder [1], shape (members, n).
        steps: Steps of the integrator, shape (members, n).
        done: Whether the end was reached, shape (members, n).
    """

    shares: Float[np.ndarray, "members n times kinds"]
    top: Float[np.ndarray, "members n"]
    steps: Int[np.ndarray, "members n"]
    done: Bool[np.ndarray, "members n"]


@dataclass(frozen=True, slots=True)
class Ask:
    """Flasks that an ensemble has to compute.

    Attributes:
        name: What they are, for the one who is told.
        flasks: The flasks.
        readers: One for each set of constants.
    """

    name: str
    flasks: Flasks
    readers: tuple[Reader, ...]

    @property
    def blocks(self) -> int:
        """How often somebody is told of the progress."""
        return sum(blocks_of(self.readers, part) for part in self.parts)

    @property
    def parts(self) -> list[Flasks]:
        """The flasks in chunks."""
        edges = [*range(0, self.flasks.count, CHUNK), self.flasks.count]
        return [self.flasks.some(np.arange(first, last)) for first, last in pairwise(edges)]


@dataclass(frozen=True, slots=True)
class Engine:
    """Who computes flasks.

    Attributes:
        vault: Where chunks are kept.
        workers: Chunks that are computed at a time.
        told: Called after each block of each set of constants.
    """

    vault: Vault
    workers: int = WORKERS
    told: Told | None = None

    def shares(self, asked: Sequence[Ask]) -> list[Shares]:
        """Compute what is asked, or take what is kept of it.

        All chunks stand in one line: no thread waits for the end of one thing to begin with the next.
        """
        chunks = [
            _Chunk(ask.name, part, ask.readers, number, turn)
            for number, ask in enumerate(asked)
            for turn, part in enumerate(ask.parts)
        ]
        stop = Event()
        with ThreadPoolExecutor(max(1, self.workers)) as crew:
            try:
                found = list(crew.map(lambda chunk: self._computed(chunk, stop), chunks))
            except BaseException:  # by hand, too: what is at work ends with its block
                stop.set()
                crew.shutdown(wait=False, cancel_futures=True)
                raise
        by_ask: list[list[Found]] = [[] for _ in asked]
        for chunk, one in zip(chunks, found, strict=True):
            by_ask[chunk.ask].append(one)
        return [Shares(*(np.concatenate(p, axis=1) for p in zip(*parts, strict=True))) for parts in by_ask]

    def _computed(self, chunk: "_Chunk", stop: Event) -> Found:
        """Return a chunk; its arrays have an axis of members before all others."""
        key = chunk.key
        kept = self.vault.load(key)
        if kept is not None:
            for _ in range(blocks_of(chunk.readers, chunk.flasks)):
                self._tell(chunk.name)
            return kept

        def told() -> None:
            if stop.is_set():
                raise KeyboardInterrupt
            self._tell(chunk.name)

        count = len(chunk.readers)
        # Chunks begin with another member each: threads then compile different programs instead of waiting.
        order = [(chunk.turn + i) % count for i in range(count)]
        by_member = {i: chunk.readers[i].read(chunk.flasks, told) for i in order}
        members = zip(*(by_member[i] for i in range(count)), strict=True)
        found = Found(*(np.stack(part) for part in members))
        self.vault.save(key, found)
        return found

    def _tell(self, name: str) -> None:
        if self.told is not None:
            self.told(name)


def blocks_of(readers: Sequence[Reader], flasks: Flasks) -> int:
    """Return how often somebody is told of the progress while readers compute these flasks."""
    return len(readers) * -(-flasks.count // SIZE)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Flasks that are computed and kept together."""

    name: str
    flasks: Flasks
    readers: tuple[Reader, ...]
    ask: int
    turn: int

    @property
    def key(self) -> str:
        """A digest of all that it depends on."""
        first, flasks = self.readers[0], self.flasks
        whole = sha256()
        cards = [reader.card for reader in self.readers]
        basis = [*cards, *(store.material(card.material) for card in cards)]
        told = {
            "programs": {name: metadata.version(name) for name in PROGRAMS},
            "cards": [card.model_dump_json(by_alias=True) for card in basis],
            "kinds": [[kind.name, *kind.of] for kind in first.rules],
            "numerics": first.numerics.model_dump(mode="json"),
            "solvents": list(flasks.solvents),
            "reagents": list(flasks.concentrations),
        }
        whole.update(json.dumps(told, sort_keys=True).encode())
        for part in (first.times, flasks.temperatures, *flasks.concentrations.values()):
            whole.update(np.ascontiguousarray(part, float).tobytes())
        return whole.hexdigest()
