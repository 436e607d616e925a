"""What a fit leaves behind: its run folder, with the result and the card."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from aliquot.inference.cards import as_yaml
from aliquot.inference.folder import RunFolder, digest
from aliquot.inference.profile import Profile
from aliquot.inference.record import Fit
from aliquot.inference.study import Study
from aliquot.inference.told import as_json
from aliquot.inference.validate import Left
from aliquot.knowledge import records, store
from aliquot.recipe.read import is_file
from aliquot.synthesis.content import basis


def folder_of(path: Path, text: str, study: Study, beside: Path | None = None) -> RunFolder:
    """Open the run folder of a study.

    Args:
        path: The folder.
        text: The study, as it was written.
        study: The same, read.
        beside: Folder beside which its spectra lie.

    Raises:
        InputError: If the folder holds another fit.
    """
    cards: Mapping[str, records.Card] = {
        study.chemistry: study.card,
        **{name: store.observations(name) for name in study.observations.cards},
    }
    stands_on = {name: digest(card.model_dump_json(by_alias=True)) for name, card in cards.items()}
    files = [Path(one.recipe) for one in study.conditions.values() if is_file(one.recipe)]
    files += [(beside or Path()) / one.file for one in study.spectra]
    stands_on |= {file.name: digest(file.read_text(encoding="utf-8", errors="replace")) for file in files}
    return RunFolder(path, text, {"base": basis(), **stands_on})


def save(found: Fit, folder: RunFolder, profiles: Sequence[Profile] = (), left: Sequence[Left] = ()) -> None:
    """Write what came of a fit into its run folder: result and card, each whole or not at all.

    Args:
        found: The fit.
        folder: Its run folder.
        profiles: Profiles that were asked for.
        left: Series that were left out.
    """
    content = as_json(found, profiles, left)
    folder.write(f"cards/chemistries/{found.card.id}.yaml", as_yaml(found.card))
    # last, since a result says that all else stands
    folder.write("result.json", json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
