"""`aliquot recipe`: check, tabulate, scale, export, import and copy recipes; one file for each."""
