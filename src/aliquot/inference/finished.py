"""A fit that is done: what its run folder tells of it, so that nothing of it is computed again.

Evaluations of a search are kept one by one, and a fit that is called again would find them. What comes after
the search, every observation with its slopes, is not among them: its programs would be compiled again.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from aliquot.errors import AliquotError, CardError
from aliquot.inference.cards import values
from aliquot.inference.folder import RunFolder
from aliquot.inference.study import Study
from aliquot.knowledge import records
from aliquot.knowledge.document import Document


def finished(
    folder: RunFolder, study: Study, profiles: Sequence[str] = (), *, validate: bool = False
) -> dict[str, Any] | None:
    """Return a fit as its folder keeps it, by the schema fit/1; None where something of it is missing.

    Args:
        folder: Run folder, which holds a fit of this study with these cards and programs, or nothing.
        study: What is asked, with as many starts as are asked.
        profiles: Constants of which profiles are asked, by name.
        validate: Whether it is asked what a fit predicts of series that it has not seen.

    Returns:
        What :func:`aliquot.inference.told.as_json` gave of the fit, with the profiles that are asked.
    """
    try:
        content: dict[str, Any] = json.loads((folder.path / "result.json").read_text(encoding="utf-8"))
        known = {one["constant"]: one for one in content["profiles"]}
        whole = (
            bool(folder.answers)
            and len(content["starts"]) == study.starts
            and (not validate or bool(content["left_out"]))
            and _has_card(folder, study, content)
        )
        told = {**content, "profiles": [known[name] for name in profiles]}
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or not as a fit wrote it
        return None
    if not whole:
        return None
    return told if validate else {**told, "left_out": []}


def _has_card(folder: RunFolder, study: Study, content: dict[str, Any]) -> bool:
    """Return whether the fitted card stands beside the result, with the constants of the result.

    They are two files: a fit that died between them left the card of another number of starts.
    """
    path = folder.path / "cards" / "chemistries" / f"{study.chemistry}.yaml"
    theta = [one["theta"] for one in content["constants"]]
    try:
        found = values(Document.from_file(path, CardError).read(records.Chemistry), study.free)
    except AliquotError:
        return False
    return bool(np.allclose(found, theta, rtol=1e-9, atol=1e-12))
