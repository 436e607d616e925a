"""Reports: a reproduction as one page that stands on its own."""

from aliquot.report.page import reproduction_page as reproduction_page
from aliquot.report.page import write_page as write_page
