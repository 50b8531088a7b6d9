"""Parameters that are dear: a few of them run by default, the others with ``-m sweep``."""

from collections.abc import Iterable
from typing import Any

import pytest

SECONDS = 60.0  # of the processor for one function, on machines that are busy


def thinned(parameters: Iterable[Any], every: int) -> list[Any]:
    """Parameters of which the first, and then one in ``every``, run by default; the others are swept.

    Args:
        parameters: what ``pytest.mark.parametrize`` takes: values, tuples of values or ``pytest.param``.
        every: how many parameters there are to one that runs by default.
    """
    return [swept(one) if i % every else one for i, one in enumerate(parameters)]


def swept(parameter: Any) -> Any:
    """A parameter that runs with ``-m sweep`` alone."""
    if isinstance(parameter, type(pytest.param())):
        return pytest.param(
            *parameter.values, marks=[*parameter.marks, pytest.mark.sweep], id=parameter.id
        )
    values = parameter if isinstance(parameter, tuple) else (parameter,)
    return pytest.param(*values, marks=pytest.mark.sweep)
