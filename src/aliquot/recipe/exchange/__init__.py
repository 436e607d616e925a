"""Recipes and the formats of others: databases, laboratory notebooks, robots, tables of the literature."""

from aliquot.recipe.exchange.eln import to_eln as to_eln
from aliquot.recipe.exchange.literature import LiteratureRow as LiteratureRow
from aliquot.recipe.exchange.literature import LiteratureTable as LiteratureTable
from aliquot.recipe.exchange.literature import read_table as read_table
from aliquot.recipe.exchange.loss import Loss as Loss
from aliquot.recipe.exchange.ord import Depositor as Depositor
from aliquot.recipe.exchange.ord import OrdReaction as OrdReaction
from aliquot.recipe.exchange.ord import to_ord as to_ord
from aliquot.recipe.exchange.skeleton import Skeleton as Skeleton
from aliquot.recipe.exchange.skeleton import skeleton as skeleton
from aliquot.recipe.exchange.xdl import XdlFile as XdlFile
from aliquot.recipe.exchange.xdl import to_xdl as to_xdl
