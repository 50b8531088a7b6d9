"""Assertions for the tests of your own project: what does my function compute, and is it still that?

Each raises :class:`Different`, an ``AssertionError`` that says how far the results are apart, where, and at
which stage.
"""

from .assertions import assert_conforms, assert_same
from .failure import Different

__all__ = ["Different", "assert_conforms", "assert_same"]
