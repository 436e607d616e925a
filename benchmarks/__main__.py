"""All benchmarks, one after the other: `make bench`."""

from benchmarks import commands, coverage, ladder

for part in (commands, ladder, coverage):
    print(f"== {part.__name__}")
    part.main()
    print()
