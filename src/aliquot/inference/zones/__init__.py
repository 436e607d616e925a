"""Zones: where in the space of recipes clusters, dots, both or nothing are seen, and how sure that is."""

from aliquot.inference.zones.record import Zones as Zones
from aliquot.inference.zones.rules import Zone as Zone
from aliquot.inference.zones.study import ZoneStudy as ZoneStudy
from aliquot.inference.zones.study import read_zone_study as read_zone_study
from aliquot.inference.zones.study import zone_study_names as zone_study_names
from aliquot.inference.zones.zones import zones as zones
