"""The call of a target that is nearest on a photograph, where none computes the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..frameworks.call import Call
from ..frameworks.layer_plans import Target
from ..numerics.weights import matrix
from ..operators import Resize
from . import code, models, search
from .agreement import exact_rows
from .answer import Difference, Example
from .equal import levels_of
from .forms import IMAGE
from .meaning import Meaning
from .models import Measured
from .search import Candidate
from .sizes import Sizes

_SMALL = 64  # of an image's axes, where all calls are compared


_FEW = 3  # of them, at the sizes that are asked about


_LARGEST_TRIED = 2**14  # pixels of an image on which a difference is looked for


_LARGEST_EXAMPLE = 12  # pixels of an axis of an image that is printed


def nearest(meaning: Meaning, every: Sequence[Candidate], target: Target) -> Difference | None:
    """The call that is nearest on a photograph, where none of them is equal."""
    source = meaning.model

    def apart(candidate: Candidate, at: Sequence[Sizes]) -> list[Measured] | None:
        measurements = []
        for sizes in at:
            call = candidate.at(Sizes(sizes.n_in, sizes.n_out))
            if call is None or not models.sayable(search.model_of(call), sizes):
                return None
            own_sizes = Sizes(sizes.n_in, sizes.n_out)
            measurements.append(models.measured(source, search.model_of(call), sizes, own_sizes))
        return measurements

    def mean(measurements: Sequence[Measured]) -> float:
        return sum(one.mean for one in measurements) / len(measurements)

    small = [models.smaller(sizes, _SMALL) for sizes in meaning.query.real]
    if all(models.sayable(source, one) for one in small):
        ranked = [
            (mean(differences), i) for i, c in enumerate(every) if (differences := apart(c, small))
        ]
        every = [every[i] for _, i in sorted(ranked)[:_FEW]]
    measured = [(differences, c) for c in every if (differences := apart(c, meaning.query.real))]
    if not measured:
        return None
    differences, candidate = min(measured, key=lambda pair: mean(pair[0]))
    if not any(one.largest for one in differences):  # it is not equal: where they differ is told
        told_apart = (apart(candidate, [s]) for s in _telling_sizes(meaning, candidate))
        differences += next((one for one in told_apart if one and one[0].largest), [])
    sizes = meaning.query.real[0]
    call = candidate.at(Sizes(sizes.n_in, sizes.n_out))
    assert call is not None
    own = search.convention_of(call)
    return Difference(
        call,
        code.code(call, own, candidate.form, meaning.query, sizes, target),
        tuple(differences),
        _example(meaning, candidate),
        tuple(code.conditions(call, own, target, meaning.query, sizes)),
        levels_of(meaning, call, own),
    )


_SIZES_TRIED = 32  # for a difference on the photograph


def _telling_sizes(meaning: Meaning, candidate: Candidate) -> Sequence[Sizes]:
    """Sizes at which a candidate is not equal, the largest images first."""
    off = [s for s in meaning.query.sizes if candidate.equal(meaning.convention, s) is None]
    largest = [s for s in off if s.pixels <= _LARGEST_TRIED and candidate.at(s) is not None]
    return sorted(largest, key=lambda s: -s.pixels)[:_SIZES_TRIED]


def _example(meaning: Meaning, candidate: Candidate) -> Example | None:
    """The smallest image that both calls take and that tells them apart."""
    if meaning.query.rank > 2 or (meaning.query.rank == 2 and candidate.form is not IMAGE):
        return None
    tried = [s for s in meaning.query.sizes if max(*s.n_in, *s.n_out) <= _LARGEST_EXAMPLE]
    if meaning.query.every and meaning.query.rank == 2:
        rows = [Sizes((1, s.n_in[-1]), (1, s.n_out[-1])) for s in tried]
        tried = [*(s for s in dict.fromkeys(rows) if search.runs(meaning.call, s)), *tried]
    for sizes in sorted(tried, key=lambda s: (s.pixels, max(s.n_in + s.n_out), s.n_in)):
        call = candidate.at(Sizes(sizes.n_in, sizes.n_out))
        if call is None or candidate.equal(meaning.convention, sizes) is not None:
            continue
        example = _example_at(meaning, call, sizes)
        if example is not None:
            return example
    return None


def _example_at(meaning: Meaning, call: Call, sizes: Sizes) -> Example | None:
    """An image of a size that tells two calls apart."""
    own = search.convention_of(call)
    n_in, n_out = ((1,) * (2 - len(n)) + n for n in (sizes.n_in, sizes.n_out))
    for line in _lines(meaning.convention, own, sizes):
        image = np.broadcast_to(line, n_in)[None, None].astype(np.float64)
        source_rows = exact_rows(meaning.call, meaning.convention, image, n_out, sizes.scales)
        own_rows = exact_rows(call, own, image, n_out)
        if source_rows != own_rows:
            return Example(
                [[int(v) for v in row] for row in image[0, 0].tolist()],
                n_out,
                source_rows,
                own_rows,
            )
    return None


def _lines(one: Resize, other: Resize, sizes: Sizes) -> Iterator[NDArray[np.int64]]:
    """Rows, or columns, to tell two conventions apart: a ramp, or the pixel whose weight differs most."""
    rank = len(sizes.n_in)
    axes = zip(models.axes(sizes), models.axes(Sizes(sizes.n_in, sizes.n_out)), strict=True)
    for i, (one_axis, other_axis) in reversed(list(enumerate(axes))):
        first, second = (
            matrix(c.along(i), axis) for c, axis in ((one, one_axis), (other, other_axis))
        )
        turn = i - rank != -1
        ramp = 10 * np.arange(one_axis.n_in)
        impulse = 10 * (np.arange(one_axis.n_in) == int(np.argmax(abs(first - second).max(axis=0))))
        for line in (ramp, impulse):
            yield line[:, None] if turn else line
