"""Where changes are announced: a pull request or release note, by framework, release and calls."""

from __future__ import annotations

import re

_OPENCV, _TORCH, _KERAS = (
    f"https://github.com/{name}/pull/"
    for name in ("opencv/opencv", "pytorch/pytorch", "keras-team/keras")
)

# framework, the first release that has it, the calls (a regular expression of their names), where it is said
SOURCES: tuple[tuple[str, str, str, str], ...] = (
    ("opencv", "4.5", "resize-INTER_NEAREST_EXACT", f"{_OPENCV}18053"),
    ("opencv", "4.8", "resize-INTER_NEAREST_EXACT", f"{_OPENCV}23634"),
    ("opencv", "5", "resize-INTER_NEAREST_EXACT", f"{_OPENCV}28873"),
    ("opencv", "5", "warpAffine-INTER_(LINEAR|AREA)", f"{_OPENCV}25984"),
    ("torch", "2.0", "interpolate-bilinear", f"{_TORCH}90771"),
    ("torch", "2.1", "interpolate-bicubic", f"{_TORCH}103252"),
    ("keras_torch", "3.15", ".*[Cc]onv.*same", f"{_KERAS}22876"),
)


def source(framework: str, call: str, release: str) -> str | None:
    """Where a change of a call in a release is announced; None where that is not known.

    Args:
        framework: its name.
        call: the call's name.
        release: in which it came.
    """
    own = release.rpartition(" ")[2]
    for name, since, calls, where in SOURCES:
        if name == framework and own in (since, f"{since}.0") and re.match(calls, call):
            return where
    return None
