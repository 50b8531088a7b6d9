"""Wrong implementations of every call, run against the cases of the default run: `make mutants`."""
