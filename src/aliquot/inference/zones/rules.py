"""How a vial is labelled: which kinds of matter its absorbance shows, and what it is then called.

a kind is seen       if it holds a share of the limiting element that absorbs visibly, and
                     at least some part of what the largest kind holds: less is a shoulder that nobody sees
nothing              no kind is seen
complex              complexes are seen, and nothing else
pure cluster         one cluster is seen, and nothing else
dots                 dots are seen, and nothing else
mixture              anything else: two clusters, or a cluster with dots or a complex
"""

from enum import StrEnum
from typing import Literal

import numpy as np
from jaxtyping import Float, Int8
from pydantic import Field

from aliquot.knowledge.document import Schema


class Zone(StrEnum):
    """What a vial is called."""

    NOTHING = "nothing"
    COMPLEX = "complex"
    PURE = "pure cluster"
    MIXTURE = "mixture"
    DOTS = "dots"


ZONES = tuple(Zone)
"""All of them, in the order in which arrays count them."""
UNKNOWN = -1
"""Stands where nothing could be computed."""


class Kind(Schema):
    """A kind of matter that absorbance shows, and from when on."""

    name: str
    """Its name, such as '449'."""
    of: tuple[str, ...] = Field(min_length=1)
    """What counts as it: clusters and species of the chemistry, 'dots', 'others'."""
    looks: Literal["cluster", "complex", "dots", "unnamed"]
    """How it looks; 'unnamed' has no line and decides nothing, but is told where it is much."""
    visible: float = Field(gt=0.0, lt=1.0)
    """Least share of the limiting element that absorbs visibly [1]."""
    beside: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Least part of what the largest kind holds that is seen beside it [1]."""
    because: str
    """Grounds of both."""


Rules = tuple[Kind, ...]
"""The rule table of a study."""


def seen(shares: Float[np.ndarray, "*vials kinds"], rules: Rules) -> np.ndarray:
    """Return which kinds are seen, shape (*vials, kinds).

    Args:
        shares: Share of the limiting element in each kind [1].
        rules: What is seen from when on, one for each kind.
    """
    visible = shares >= np.array([kind.visible for kind in rules])
    decides = np.array([kind.looks != "unnamed" for kind in rules])
    largest = np.where(visible & decides, shares, 0.0).max(axis=-1, keepdims=True)
    return np.asarray(visible & (shares >= np.array([kind.beside for kind in rules]) * largest))


def classified(shares: Float[np.ndarray, "*vials kinds"], rules: Rules) -> Int8[np.ndarray, "*vials"]:
    """Return what vials are called, as places in :data:`ZONES`; :data:`UNKNOWN` where a share is no number.

    Args:
        shares: Share of the limiting element in each kind [1].
        rules: What is seen from when on, one for each kind.

    Example:
        >>> kinds = [("449", "cluster"), ("dots", "dots")]
        >>> rules = tuple(Kind(name=name, of=(name,), looks=looks, visible=0.02, because="an example")
        ...               for name, looks in kinds)
        >>> [ZONES[i].value for i in classified(np.array([[0.8, 0.01], [0.5, 0.3], [0.0, 0.9]]), rules)]
        ['pure cluster', 'mixture', 'dots']
    """
    there = seen(shares, rules)
    looks = np.array([kind.looks for kind in rules])
    clusters = there[..., looks == "cluster"].sum(axis=-1)
    complexes, dots = (there[..., looks == name].any(axis=-1) for name in ("complex", "dots"))
    found = np.full(clusters.shape, ZONES.index(Zone.MIXTURE), np.int8)
    found[(clusters == 0) & ~complexes & ~dots] = ZONES.index(Zone.NOTHING)
    found[(clusters == 0) & complexes & ~dots] = ZONES.index(Zone.COMPLEX)
    found[(clusters == 1) & ~complexes & ~dots] = ZONES.index(Zone.PURE)
    found[(clusters == 0) & ~complexes & dots] = ZONES.index(Zone.DOTS)
    found[~np.isfinite(shares).all(axis=-1)] = UNKNOWN
    return found


def moved(rules: Rules, factor: float, name: str | None = None) -> Rules:
    """Return rules with thresholds multiplied: those of one kind, or all.

    Example:
        >>> one = Kind(name="449", of=("449",), looks="cluster", visible=0.02, beside=0.1, because="so")
        >>> moved((one,), 1.5)[0].visible
        0.03
    """
    changed = []
    for kind in rules:
        by = factor if name in {None, kind.name} else 1.0
        changed.append(kind.model_copy(update={"visible": kind.visible * by, "beside": kind.beside * by}))
    return tuple(changed)
