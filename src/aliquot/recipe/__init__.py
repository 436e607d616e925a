"""Recipes: a file that a chemist writes, and the numbers that follow from it."""

from aliquot.recipe.batch import BatchRecipe as BatchRecipe
from aliquot.recipe.batch import Step as Step
from aliquot.recipe.batch import Vessel as Vessel
from aliquot.recipe.book import recipe_book as recipe_book
from aliquot.recipe.book import recipe_names as recipe_names
from aliquot.recipe.book import series_names as series_names
from aliquot.recipe.flow import FlowRecipe as FlowRecipe
from aliquot.recipe.flow import Sample as Sample
from aliquot.recipe.flow import Tube as Tube
from aliquot.recipe.flow import Zone as Zone
from aliquot.recipe.flow import flow_recipe as flow_recipe
from aliquot.recipe.read import parse_recipe as parse_recipe
from aliquot.recipe.read import read_recipe as read_recipe
from aliquot.recipe.record import Check as Check
from aliquot.recipe.record import Dose as Dose
from aliquot.recipe.record import Observe as Observe
from aliquot.recipe.record import Purity as Purity
from aliquot.recipe.record import Recipe as Recipe
from aliquot.recipe.record import Solution as Solution
