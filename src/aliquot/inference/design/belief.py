"""What is believed of the constants: draws of them, by Laplace's law of a fit or from rival cards."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where
from aliquot.inference.cards import values
from aliquot.inference.design.study import Belief, Design
from aliquot.inference.evaluator import Evaluator
from aliquot.inference.free import Free, bounds
from aliquot.inference.laplace import laplace
from aliquot.inference.problem import Problem as FitProblem
from aliquot.inference.study import Study, chemistry_of, read_study
from aliquot.knowledge import records, store
from aliquot.knowledge.document import Document

_ROUNDS = 1000
"""How often as many draws are made as are wanted, until enough lie within the bounds."""
_FEW = (
    "Rival cards are few: their spread says how far structures differ that meet the same data, and is no "
    "probability."
)


@dataclass(frozen=True, slots=True)
class Rival:
    """A chemistry, and sets of its free constants that are believed."""

    card: records.Chemistry
    """The chemistry."""
    free: tuple[Free, ...]
    """Constants that differ from set to set; empty where the card stands for itself."""
    thetas: Float[np.ndarray, "sets free"]
    """Their values [unit, or log10 of it]."""


@dataclass(frozen=True, slots=True)
class Believed:
    """All that is believed.

    Attributes:
        source: Where it comes from, in words.
        rivals: Chemistries with their sets of constants.
        flags: Doubts, whole sentences.
    """

    source: str
    rivals: tuple[Rival, ...]
    flags: tuple[str, ...] = ()


def card_of(study: Design, folder: Path | None = None) -> records.Chemistry:
    """Return the chemistry that predicts: that of the fit which a study names, else its card.

    Args:
        study: The design.
        folder: Folder beside which the run folder of a fit lies.

    Raises:
        CardError, InputError: If there is no such chemistry, option or fit.
    """
    belief = study.spread
    if belief is not None and belief.fit is not None:
        return _card_of_fit(run_folder(study, folder))
    return chemistry_of(study.chemistry, study.options, study.id)


def believed(study: Design, card: records.Chemistry, folder: Path | None = None) -> Believed | None:
    """Return what is believed of the constants, None where a study asks for no spread.

    Args:
        study: The design.
        card: The chemistry that predicts.
        folder: Folder beside which the run folder of a fit lies.

    Raises:
        InputError: If the fit or its study can not be read, or is of another chemistry.
        CardError: If there is no such card.
    """
    belief = study.spread
    if belief is None:
        return None
    if belief.study is not None:
        return _by_study(study, belief, card)
    if belief.fit is not None:
        return _by_fit(study, belief, card, run_folder(study, folder))
    others = [store.chemistry(name) for name in belief.cards if name != card.id]
    return Believed(
        "rival cards: " + ", ".join(one.id for one in (card, *others)),
        tuple(Rival(one, (), np.zeros((1, 0))) for one in (card, *others)),
        (_FEW,),
    )


def _by_study(study: Design, belief: Belief, card: records.Chemistry) -> Believed:
    """Return Laplace's law about the constants of the card, by the data and priors of a fit study."""
    fit = read_study(belief.study or "")
    _same_chemistry(study, fit, card)
    theta = values(card, fit.free)
    residuals = Evaluator(FitProblem.of(fit)).residuals(theta, slopes=True)
    if residuals is None:
        raise InputError(
            given=f"the study '{fit.id}'",
            expected="one that can be computed with the constants of the card",
            why="their spread follows from how well the data hold them",
            remedy="Name a fit by its run folder: 'spread: {fit: FOLDER}'.",
            where=Where(study.id, key="spread.study"),
        )
    posterior = laplace(fit.free, theta, residuals)
    thetas = _drawn(theta, posterior.covariance, fit.free, belief.draws, study.seed, Where(study.id))
    return Believed(
        f"{belief.draws} draws from Laplace's law about the constants of {card.id}, by the data and priors "
        f"of the study {fit.id}",
        (Rival(card, fit.free, thetas),),
    )


def _by_fit(study: Design, belief: Belief, card: records.Chemistry, folder: Path) -> Believed:
    """Return Laplace's law of a fit, from its run folder."""
    fit = read_study(folder / "study.yaml")
    result = _result(study, folder)
    theta = np.array([constant["theta"] for constant in result["constants"]], float)
    thetas = _drawn(
        theta, np.array(result["covariance"], float), fit.free, belief.draws, study.seed, Where(study.id)
    )
    told = f"{belief.draws} draws from Laplace's law of the fit in '{folder.name}'"
    stuck, untold = (", ".join(result[name]) for name in ("at_bound", "not_told"))
    flags = [f"Of the fit {stuck} lay at a bound: its intervals mean little."] if stuck else []
    if untold:
        flags.append(
            f"The data of the fit told nothing of {untold}: these are drawn as widely as their priors."
        )
    return Believed(told, (Rival(card, fit.free, thetas),), tuple(flags))


def _drawn(
    theta: Float[np.ndarray, " free"],
    covariance: Float[np.ndarray, "free free"],
    free: tuple[Free, ...],
    count: int,
    seed: int,
    where: Where,
) -> Float[np.ndarray, "draws free"]:
    """Return draws of a normal law within the bounds of the priors; what falls outside is drawn again.

    Raises:
        InputError: If hardly anything falls inside.
    """
    low, high = bounds(free)
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(covariance)
    kept = np.zeros((0, theta.size))
    for _ in range(_ROUNDS):
        drawn = theta + rng.standard_normal((count, theta.size)) @ root.T
        inside = ((drawn >= low) & (drawn <= high)).all(axis=1)
        kept = np.concatenate([kept, drawn[inside]])
        if kept.shape[0] >= count:
            return kept[:count]
    raise InputError(
        given=f"a law of which {len(kept)} of {_ROUNDS * count} draws lie within the bounds of the priors",
        expected=f"{count} draws there",
        why="so little of it is believed that a spread would say nothing",
        remedy="Widen the bounds of the fit's priors, or fit constants that the data tell something of.",
        where=where,
    )


def run_folder(study: Design, folder: Path | None) -> Path:
    """Return the run folder that a study names, beside itself or by its own path.

    Args:
        study: The design, whose spread names a fit.
        folder: Folder beside which the run folder lies.

    Raises:
        InputError: If no fit has ended there.
    """
    named = Path(study.spread.fit or "") if study.spread is not None else Path()
    beside = named if folder is None or named.is_absolute() else folder / named
    found = beside if beside.is_dir() else named
    if not (found / "result.json").is_file():
        raise InputError(
            given=f"the folder '{named}'",
            expected="the run folder of a fit that has ended, with 'result.json' and 'cards'",
            why="constants and covariance are read there",
            remedy="Run 'aliquot fit' first, and name its folder.",
            where=Where(study.id, key="spread.fit"),
        )
    return found


def _card_of_fit(folder: Path) -> records.Chemistry:
    """Return the chemistry with fitted constants, as the fit left it among the cards of its folder."""
    name = read_study(folder / "study.yaml").card.id
    return Document.from_file(folder / "cards" / "chemistries" / f"{name}.yaml").read(records.Chemistry)


def _result(study: Design, folder: Path) -> dict[str, Any]:
    """Return what came of a fit."""
    try:
        content: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        return {name: content[name] for name in ("constants", "covariance", "at_bound", "not_told")}
    except (OSError, ValueError, KeyError) as fault:
        raise InputError(
            given=f"'{folder / 'result.json'}'",
            expected="what 'aliquot fit' wrote",
            why=f"it can not be read ({type(fault).__name__}: {fault})",
            remedy="Run the fit again.",
            where=Where(study.id, key="spread.fit"),
        ) from None


def _same_chemistry(study: Design, fit: Study, card: records.Chemistry) -> None:
    if fit.card.id == card.id:
        return
    raise InputError(
        given=f"the fit study '{fit.id}', of '{fit.card.id}'",
        expected=f"one of '{card.id}', with which is designed",
        why="a spread belongs to the constants that predict",
        remedy="Name the study that fitted them.",
        where=Where(study.id, key="spread.study"),
    )
