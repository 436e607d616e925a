"""What speaks against taking a map at its word, in whole sentences."""

from collections.abc import Sequence

import numpy as np

from aliquot.inference.zones.engine import Shares
from aliquot.inference.zones.record import mean_of_known
from aliquot.inference.zones.study import ZoneStudy
from aliquot.inference.zones.vault import Vault
from aliquot.inference.zones.vials import fitted_to_all
from aliquot.knowledge import records


def doubts(
    study: ZoneStudy, cards: Sequence[records.Chemistry], found: Sequence[Shares], vault: Vault
) -> tuple[str, ...]:
    """Return doubts: of the ensemble, of the rules, of the numerics, of the files.

    Args:
        study: What was asked.
        cards: Every set of constants.
        found: What was computed, the recipes of the map first.
        vault: Where chunks are kept.
    """
    return (*_ensemble(study, cards), *_unnamed(study, found[0]), *_numerics(study, found), *_files(vault))


def _ensemble(study: ZoneStudy, cards: Sequence[records.Chemistry]) -> list[str]:
    told = []
    fitted = () if study.labels is None else fitted_to_all(study.labels, cards)
    if fitted:
        told.append(
            f"{', '.join(fitted)} were fitted to all series of the paper: the map knows what is held out. "
            + (
                "What constants say that never saw it stands beside, vial by vial."
                if study.blind
                else "Of them no vial is a true prediction, though held-out ones are counted apart."
            )
        )
    if study.blind:
        told.append(
            "What never saw the held-out vials are constants alone: laws and structures of these chemistries "
            "were chosen with all series known, and so were the rules by which vials are called."
        )
    told.append(
        f"Probabilities are shares of an ensemble of {len(cards)}: it shows where fits that meet the same "
        "observations part, not how far all of them may be wrong together."
        if len(cards) > 1
        else "One set of constants was asked: probabilities are 0 or 1, and say nothing of what is not known."
    )
    return told


def _unnamed(study: ZoneStudy, found: Shares) -> list[str]:
    told = []
    for i, kind in enumerate(study.rules):
        if kind.looks != "unnamed":
            continue
        shares = found.shares[..., i]
        much = mean_of_known(np.where(np.isnan(shares), np.nan, shares >= kind.visible))
        if much:
            told.append(
                f"{kind.name}: they hold {100 * kind.visible:g} % of the limiting element or more in "
                f"{100 * much:.1f} % of the vials; they have no line, and no rule counts them."
            )
    return told


def _numerics(study: ZoneStudy, found: Sequence[Shares]) -> list[str]:
    told = []
    lids = sum(int((one.top > study.numerics.top).sum()) for one in found)
    if lids:
        told.append(
            f"In {lids} runs dots reached the top of the longest ladder ({study.numerics.most} rungs): they "
            "stay dots, but what joins them is held back."
        )
    lost = sum(int((~one.done).sum()) for one in found)
    if lost:
        told.append(f"{lost} runs came to no end; their vials are counted by the other sets of constants.")
    bare = sum(int(np.isnan(one.shares).any(axis=-1).all(axis=0).sum()) for one in found)
    if bare:
        told.append(f"{bare} vials were computed by no set of constants: they have no zone, and none is met.")
    return told


def _files(vault: Vault) -> list[str]:
    if not vault.damaged:
        return []
    return [f"Computed anew, because their files are damaged: {', '.join(sorted(vault.damaged))}."]
