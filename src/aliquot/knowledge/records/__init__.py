"""What a card says, one file for each kind of card.

Every number has a parent: the key of its source in the bibliography, or ``because`` with the grounds of an
estimate. Cards are data; the laws that read them live above.
"""

from aliquot.knowledge.records.chemistries import Agglomeration as Agglomeration
from aliquot.knowledge.records.chemistries import Attachment as Attachment
from aliquot.knowledge.records.chemistries import Channel as Channel
from aliquot.knowledge.records.chemistries import Chemistry as Chemistry
from aliquot.knowledge.records.chemistries import Edge as Edge
from aliquot.knowledge.records.chemistries import Feature as Feature
from aliquot.knowledge.records.chemistries import Law as Law
from aliquot.knowledge.records.chemistries import Option as Option
from aliquot.knowledge.records.chemistries import Rate as Rate
from aliquot.knowledge.records.chemistries import Reaction as Reaction
from aliquot.knowledge.records.chemistries import Solubility as Solubility
from aliquot.knowledge.records.chemistries import Species as Species
from aliquot.knowledge.records.chemistries import SurfaceEnergy as SurfaceEnergy
from aliquot.knowledge.records.clusters import Cluster as Cluster
from aliquot.knowledge.records.clusters import Family as Family
from aliquot.knowledge.records.clusters import Line as Line
from aliquot.knowledge.records.errata import Erratum as Erratum
from aliquot.knowledge.records.errata import FoundBy as FoundBy
from aliquot.knowledge.records.materials import Crystal as Crystal
from aliquot.knowledge.records.materials import Extinction as Extinction
from aliquot.knowledge.records.materials import InverseQuadratic as InverseQuadratic
from aliquot.knowledge.records.materials import Lineshape as Lineshape
from aliquot.knowledge.records.materials import Material as Material
from aliquot.knowledge.records.materials import OpticalTable as OpticalTable
from aliquot.knowledge.records.materials import Polynomial as Polynomial
from aliquot.knowledge.records.materials import PowerLaw as PowerLaw
from aliquot.knowledge.records.materials import Refraction as Refraction
from aliquot.knowledge.records.materials import RefusedCurve as RefusedCurve
from aliquot.knowledge.records.materials import SizeDefinition as SizeDefinition
from aliquot.knowledge.records.materials import SizeRow as SizeRow
from aliquot.knowledge.records.materials import SizingCurve as SizingCurve
from aliquot.knowledge.records.materials import Solvent as Solvent
from aliquot.knowledge.records.materials import Transition as Transition
from aliquot.knowledge.records.observations import Observation as Observation
from aliquot.knowledge.records.observations import Observations as Observations
from aliquot.knowledge.records.observations import Role as Role
from aliquot.knowledge.records.parents import Card as Card
from aliquot.knowledge.records.parents import Constant as Constant
from aliquot.knowledge.records.parents import Facet as Facet
from aliquot.knowledge.records.parents import Mark as Mark
from aliquot.knowledge.records.parents import Measure as Measure
from aliquot.knowledge.records.parents import Note as Note
from aliquot.knowledge.records.parents import Parent as Parent
from aliquot.knowledge.records.parents import Source as Source
from aliquot.knowledge.records.parents import parents as parents
from aliquot.knowledge.records.reagents import Boiling as Boiling
from aliquot.knowledge.records.reagents import Hazards as Hazards
from aliquot.knowledge.records.reagents import Reagent as Reagent
from aliquot.knowledge.records.reagents import Structure as Structure
from aliquot.knowledge.records.routes import Outcome as Outcome
from aliquot.knowledge.records.routes import Route as Route
from aliquot.knowledge.records.routes import RouteClass as RouteClass
from aliquot.knowledge.records.routes import RouteSpecies as RouteSpecies
from aliquot.knowledge.records.rules import Figure as Figure
from aliquot.knowledge.records.rules import Reference as Reference
from aliquot.knowledge.records.rules import Rule as Rule
from aliquot.knowledge.records.rules import Statement as Statement
from aliquot.knowledge.records.structures import CrystalStructure as CrystalStructure
from aliquot.knowledge.records.structures import Lattice as Lattice
from aliquot.knowledge.records.structures import Sites as Sites
