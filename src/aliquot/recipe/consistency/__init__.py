"""What the keys of a recipe say about each other: every contradiction, with its line."""

from collections.abc import Iterator

from aliquot.errors import RecipeError
from aliquot.knowledge.document import Document
from aliquot.recipe.consistency.common import faults_of_any
from aliquot.recipe.consistency.flask import faults_of_batch, faults_of_steps
from aliquot.recipe.consistency.mixing import faults_of_mixing
from aliquot.recipe.consistency.mixing import overdrawn as overdrawn
from aliquot.recipe.consistency.sayer import Sayer
from aliquot.recipe.consistency.tube import faults_of_flow
from aliquot.recipe.grammar import BatchFile, FlowFile


def faults(recipe: FlowFile | BatchFile, document: Document) -> Iterator[RecipeError]:
    """Yield every contradiction in a recipe that keeps to the grammar.

    Args:
        recipe: The file, as its grammar reads it.
        document: The same file, for the places.

    Yields:
        One error for each fault, with file, line and key.
    """
    say = Sayer(document)
    yield from faults_of_any(recipe, say)
    yield from faults_of_mixing(recipe, say)
    if isinstance(recipe, FlowFile):
        yield from faults_of_flow(recipe, say)
        yield from faults_of_steps(recipe, say)
    else:
        yield from faults_of_batch(recipe, say)
