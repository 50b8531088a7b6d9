"""The conformance suites: identical inputs through each framework, against the goldens."""
