"""Recipes: a file that a chemist writes, and the numbers that follow from it."""

from aliquot.recipe.book import recipe_book as recipe_book
from aliquot.recipe.book import recipe_names as recipe_names
from aliquot.recipe.read import parse_recipe as parse_recipe
from aliquot.recipe.read import read_recipe as read_recipe
from aliquot.recipe.record import Check as Check
from aliquot.recipe.record import Dose as Dose
from aliquot.recipe.record import Observe as Observe
from aliquot.recipe.record import Purity as Purity
from aliquot.recipe.record import Recipe as Recipe
from aliquot.recipe.record import Sample as Sample
from aliquot.recipe.record import Solution as Solution
from aliquot.recipe.record import Tube as Tube
from aliquot.recipe.record import Zone as Zone
