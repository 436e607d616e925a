"""Let `python -m aliquot` be the command line."""

from aliquot.cli.app import main

main()
