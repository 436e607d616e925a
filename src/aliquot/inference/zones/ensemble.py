"""The ensemble: several chemistries that are all believed, each with its weight."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where
from aliquot.inference.cards import changed
from aliquot.inference.free import bounds
from aliquot.inference.study import Study
from aliquot.inference.zones.study import Member, ZoneStudy
from aliquot.knowledge import records, store
from aliquot.knowledge.document import Document
from aliquot.knowledge.records import Role

TRIES = 1000
"""Draws for each one that is kept: because a normal law about an optimum at a bound lies half outside."""


@dataclass(frozen=True, slots=True)
class Believed:
    """One set of constants.

    Attributes:
        card: The chemistry.
        weight: Share of the belief, all of them together 1.
    """

    card: records.Chemistry
    weight: float


def ensemble(members: Sequence[Member], seed: int, beside: Path | None = None) -> tuple[Believed, ...]:
    """Return every set of constants with its weight.

    Args:
        members: Cards, and fits of which sets are drawn.
        seed: Seed of the draws.
        beside: Folder in which run folders of fits lie.

    Raises:
        CardError: If there is no such card.
        InputError: If a folder holds no finished fit, or chemistries are not of one material.

    Example:
        >>> two = [Member(card="cdte_mech2023"), Member(card="cdte_mech2023_wide", weight=3.0)]
        >>> [(one.card.id, one.weight) for one in ensemble(two, 1)]
        [('cdte_mech2023', 0.25), ('cdte_mech2023_wide', 0.75)]
    """
    total = sum(member.weight for member in members)
    found: list[Believed] = []
    for number, member in enumerate(members):
        cards = _cards(member, seed + number, beside)
        found += [Believed(card, member.weight / total / len(cards)) for card in cards]
    check_material(found)
    return tuple(found)


def unseeing(study: ZoneStudy, beside: Path | None = None) -> tuple[Believed, ...]:
    """Return the sets of constants of a study that never saw the held-out vials, each with its weight.

    Args:
        study: The study; none are returned where it names none.
        beside: Folder in which run folders of fits lie.

    Raises:
        InputError: If one of them was fitted to what the paper's card holds out.

    Example:
        >>> from aliquot.inference.zones.study import read_zone_study
        >>> [one.card.id for one in unseeing(read_zone_study("cdte_zones"))][0]
        'cdte_mech2023_split'
    """
    if study.labels is None or not study.blind:
        return ()
    observed = store.observations(study.labels.card)
    for number, member in enumerate(study.blind):
        name = member.card or str(member.fit)
        if name in observed.everything or _saw(member, observed.id, beside):
            raise InputError(
                given=f"'{name}' among those that never saw what is held out",
                expected=f"constants fitted to the calibration rows alone, such as '{observed.chemistry}'",
                why=f"it was fitted to the held-out series of '{observed.id}', too: it would predict nothing",
                remedy="Move it to 'chemistries'.",
                where=Where(study.id, key=f"blind.{number}"),
            )
    return ensemble(study.blind, study.sampling.seed, beside)


def _saw(member: Member, card: str, beside: Path | None) -> bool:
    """Return whether a fit took rows that a card of observations holds out."""
    if member.fit is None:
        return False
    fitted = _fit((beside or Path()) / member.fit)[0].observations
    return card in fitted.cards and Role.PREDICTION in fitted.roles


def check_material(believed: Sequence[Believed]) -> None:
    """Refuse chemistries of several materials; raises InputError."""
    materials = sorted({one.card.material for one in believed})
    if len(materials) > 1:
        raise InputError(
            given=f"chemistries of {' and '.join(materials)}",
            expected="chemistries of one material",
            why="a zone is one of the same matter",
            remedy="Make a study for each.",
        )


def _cards(member: Member, seed: int, beside: Path | None) -> list[records.Chemistry]:
    if member.card is not None:
        return [store.chemistry(member.card)]
    return drawn((beside or Path()) / str(member.fit), member.draws, seed)


def drawn(folder: Path, count: int, seed: int) -> list[records.Chemistry]:
    """Return chemistries with constants drawn from the normal law about the optimum of a fit.

    The law is that of Laplace (:mod:`aliquot.inference.laplace`), cut off at the bounds of the priors.

    Args:
        folder: Run folder of a finished fit.
        count: How many; one is the optimum itself.
        seed: Seed of the draws.

    Raises:
        InputError: If there is no finished fit, or its law lies outside of its bounds.
    """
    study, theta, covariance = _fit(folder)
    card = study.card
    draws = [theta]
    if count > 1:
        draws = _within(np.array(bounds(study.free)), theta, covariance, count, np.random.default_rng(seed))
    if len(draws) < count:
        raise InputError(
            given=f"a law of which {len(draws)} of {TRIES * count} draws lie within the bounds of the priors",
            expected=f"{count}",
            why="constants that the data leave open make the law wider than its bounds",
            remedy="Free fewer constants, or widen the bounds.",
            where=Where(str(folder)),
        )
    cards = [changed(card, study.free, draw.tolist()) for draw in draws]
    return [
        one.model_copy(update={"id": f"{study.id}, draw {i}" if count > 1 else study.id})
        for i, one in enumerate(cards, 1)
    ]


def _within(
    ends: Float[np.ndarray, "2 free"],
    theta: Float[np.ndarray, " free"],
    covariance: Float[np.ndarray, "free free"],
    count: int,
    rng: np.random.Generator,
) -> list[Float[np.ndarray, " free"]]:
    """Return draws that lie within bounds, in the order in which they were drawn."""
    root = np.linalg.cholesky(covariance)
    found: list[Float[np.ndarray, " free"]] = []
    for _ in range(TRIES * count):
        draw = theta + root @ rng.standard_normal(theta.size)
        if (draw >= ends[0]).all() and (draw <= ends[1]).all():
            found.append(draw)
        if len(found) == count:
            break
    return found


def _fit(folder: Path) -> tuple[Study, Float[np.ndarray, " free"], Float[np.ndarray, "free free"]]:
    """Return study, optimum and covariance of a finished fit."""
    try:
        (folder / "study.yaml").stat()
        study = Document.from_file(folder / "study.yaml", InputError).read(Study)
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        by_name = {one["name"]: float(one["theta"]) for one in result["constants"]}
        theta = np.array([by_name[one.name] for one in study.free])
        return study, theta, np.array(result["covariance"], float)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InputError(
            given=f"the folder '{folder}'",
            expected="the run folder of a finished fit",
            why=f"constants are drawn about its optimum, and it can not be read ({fault})",
            remedy="Run 'aliquot fit' to its end, and name its folder.",
            where=Where(str(folder)),
        ) from None
