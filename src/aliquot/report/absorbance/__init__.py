"""A series of absorbance spectra as one page that a chemist would paste into a paper."""

from aliquot.report.absorbance.page import series_page as series_page
from aliquot.report.absorbance.page import write_series as write_series
