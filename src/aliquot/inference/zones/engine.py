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
class Engine:
    """Who computes flasks.

    Attributes:
        readers: One for each set of constants.
        vault: Where chunks are kept.
        workers: Chunks that are computed at a time.
        told: Called after each block of each set of constants.
    """

    readers: tuple[Reader, ...]
    vault: Vault
    workers: int = WORKERS
    told: Told | None = None

    def shares(self, flasks: Flasks, name: str) -> Shares:
        """Compute flasks, or take what is kept of them.

        Args:
            flasks: What to compute.
            name: What they are, for the one who is told.
        """
        edges = [*range(0, flasks.count, CHUNK), flasks.count]
        parts = [flasks.some(np.arange(first, last)) for first, last in pairwise(edges)]
        stop = Event()
        with ThreadPoolExecutor(max(1, self.workers)) as crew:
            try:
                found = list(crew.map(lambda part: self._chunk(part, name, stop), parts))
            except BaseException:  # by hand, too: what is at work ends with its block
                stop.set()
                crew.shutdown(wait=False, cancel_futures=True)
                raise
        return Shares(*(np.concatenate(part, axis=1) for part in zip(*found, strict=True)))

    def _chunk(self, flasks: Flasks, name: str, stop: Event) -> Found:
        """Return a chunk; its arrays have an axis of members before all others."""
        key = self._key(flasks)
        kept = self.vault.load(key)
        if kept is not None:
            for _ in range(blocks(self.readers, flasks.count)):
                self._tell(name)
            return kept

        def told() -> None:
            if stop.is_set():
                raise KeyboardInterrupt
            self._tell(name)

        by_member = [reader.read(flasks, told) for reader in self.readers]
        found = Found(*(np.stack(part) for part in zip(*by_member, strict=True)))
        self.vault.save(key, found)
        return found

    def _tell(self, name: str) -> None:
        if self.told is not None:
            self.told(name)

    def _key(self, flasks: Flasks) -> str:
        """Return a digest of all that a chunk depends on."""
        first = self.readers[0]
        whole = sha256()
        told = {
            "programs": {name: metadata.version(name) for name in PROGRAMS},
            "cards": [reader.card.model_dump_json(by_alias=True) for reader in self.readers],
            "kinds": [[kind.name, *kind.of] for kind in first.rules],
            "numerics": first.numerics.model_dump(mode="json"),
            "solvents": list(flasks.solvents),
            "reagents": list(flasks.concentrations),
        }
        whole.update(json.dumps(told, sort_keys=True).encode())
        for part in (first.times, flasks.temperatures, *flasks.concentrations.values()):
            whole.update(np.ascontiguousarray(part, float).tobytes())
        return whole.hexdigest()


def blocks(readers: Sequence[Reader], count: int) -> int:
    """Return how often somebody is told of the progress of so many flasks."""
    return len(readers) * -(-count // SIZE)


def names_of(readers: Sequence[Reader]) -> tuple[str, ...]:
    """Return name and version of the chemistry of each reader."""
    return tuple(f"{reader.card.id}/{reader.card.version}" for reader in readers)
