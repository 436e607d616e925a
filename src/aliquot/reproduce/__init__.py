"""The papers: published numbers beside the same numbers computed, with roles and misses shown."""

from aliquot.reproduce.closeup import Line as Line
from aliquot.reproduce.closeup import Sizes as Sizes
from aliquot.reproduce.closeup import Told as Told
from aliquot.reproduce.closeup import Trace as Trace
from aliquot.reproduce.paper import reproduce as reproduce
from aliquot.reproduce.record import Condition as Condition
from aliquot.reproduce.record import Fitted as Fitted
from aliquot.reproduce.record import Reproduction as Reproduction
from aliquot.reproduce.record import Row as Row
from aliquot.reproduce.record import Test as Test
