"""Ranges of OpenCV's releases: 3.4 and 4.x are two branches, and get the same change at matching releases."""

from __future__ import annotations


def since(three: str, four: str) -> str:
    """The releases that have a change.

    Args:
        three: the first of 3.4 that has it.
        four: the first of 4.x that has it.

    >>> since("3.4.12", "4.5")
    '>=3.4.12, <4 or >=4.5'
    """
    return f">={three}, <4 or >={four}"


def before(three: str, four: str) -> str:
    """The releases that do not have it yet.

    >>> before("3.4.12", "4.5")
    '<3.4.12 or >=4, <4.5'
    """
    return f"<{three} or >=4, <{four}"
