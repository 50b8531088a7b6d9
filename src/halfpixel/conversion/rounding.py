"""How far two calls are apart by rounding on a photograph, as `make growth` measured each."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from .. import documents
from .models import WHITE
from .sizes import Sizes, real

FILE = "rounding.json"
Errors = Mapping[str, float]  # of a call, by sizes in words


@dataclass(frozen=True)
class Rounding:
    """The most that two calls were apart: the sum of how far each was from the exact resize.

    Attributes:
        most: of all values; white is 1.
        sizes: at which that was measured.
    """

    most: float
    sizes: Sizes

    @property
    def words(self) -> str:
        """For a reader."""
        return (
            f"within {WHITE * self.most:.2g} of {WHITE} levels (relative: {self.most:.1e}) on a photograph, "
            f"{self.sizes}, as measured"
        )

    def json(self) -> documents.MeasuredRounding:
        """For a program."""
        return {
            "unit": "levels",
            "max": float(f"{WHITE * self.most:.3g}"),
            "input_size": list(self.sizes.n_in),
            "output_size": list(self.sizes.n_out),
            "words": self.words,
        }


@functools.cache
def table() -> Mapping[str, Errors]:
    """By the id of a call: the largest error on images from 0 to 1, at each of the sizes of ``sizes.real``
    that the call can be asked for."""
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    errors: Mapping[str, Errors] = json.loads(text)["errors"]
    return errors


def measured(one: str, other: str, wanted: Sequence[Sizes]) -> Rounding | None:
    """Two calls at the sizes that are asked about; if they were not measured there, at the first real ones
    that grow, or do not, as these do.

    Args:
        one, other: ids of calls that follow one convention.
        wanted: sizes of two axes.
    """
    if one not in table() or other not in table():
        return None
    both = {
        sizes: table()[one][str(sizes)] + table()[other][str(sizes)]
        for sizes in real(2)
        if str(sizes) in table()[one] and str(sizes) in table()[other]
    }
    chosen = dict.fromkeys(_chosen(tuple(both), wanted))
    if not chosen:
        return None
    worst = max(chosen, key=lambda sizes: both[sizes])
    return Rounding(both[worst], worst)


def _chosen(known: Sequence[Sizes], wanted: Sequence[Sizes]) -> Iterator[Sizes]:
    for sizes in wanted:
        plain = Sizes(sizes.n_in, sizes.n_out)
        alike = (one for one in known if one.grows == sizes.grows)
        first = plain if plain in known else next(alike, None)
        if first is not None and len(sizes.n_in) == 2:
            yield first
