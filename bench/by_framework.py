"""Measures one framework in a process of its own: what one has imported is not in the memory of another."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from halfpixel import frameworks

Rows = Iterable[tuple[str, Any]]

# the frameworks whose calls are measured: those of another one run its kernels
OWN_KERNELS = tuple(
    name
    for name, framework in frameworks.FRAMEWORKS.items()
    if not all(call.hands_on for call in framework.calls)
)


def measured(
    module: str, framework: str, environ: Mapping[str, str] | None = None
) -> tuple[str, dict[str, Any]]:
    """What a module measures of a framework: where, and a row for each call.

    Args:
        module: that is run, and ends in :func:`told`.
        framework: its name.
        environ: variables beside those of this process.
    """
    print(framework, *(environ or ()), file=sys.stderr)
    output = subprocess.run(
        [sys.executable, "-m", module, framework],
        cwd=Path(__file__).parents[1],
        env={**os.environ, **(environ or {})},
        check=True,
        stdout=subprocess.PIPE,
    )
    where, rows = json.loads(output.stdout.splitlines()[-1])
    return where, rows


def told(measure: Callable[[str], Rows]) -> bool:
    """In the process of a framework, tell :func:`measured` the rows; False in any other."""
    if len(sys.argv) == 1:
        return False
    (framework,) = sys.argv[1:]
    rows = dict(measure(framework))
    known = frameworks.FRAMEWORKS[framework]
    where = f"{frameworks.version(framework)}, {known.environment(known.load())}"
    print(json.dumps([where, rows]))
    return True
