"""OpenCV's image pyramids: pyrDown with each border that it takes, and pyrUp."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from ..numerics.computation import Computed
from ..numerics.error_model import ErrorModel, sum_of_products
from ..numerics.integer_kernels import ROUNDINGS
from ..operators import Resize
from ..operators.exact import apply_matrices
from ..operators.pyramid import DOWN, goes_down, goes_up
from ..operators.request import Request
from .call import (
    INTEGERS,
    Call,
    Change,
    Crash,
    Defect,
    DType,
    Expression,
    Name,
    Recomputation,
    Refusal,
    Run,
)

_FLOATS: tuple[DType, ...] = ("float32", "float64")
_SOURCE = (
    "opencv/opencv, modules/imgproc/src/pyramids.cpp: pyrDown_, pyrUp_; the weights are integers, and "
    "their sum a power of two"
)

_DOWN: dict[str, Resize] = {
    "": Resize(mode="pyramid"),
    "BORDER_REPLICATE": Resize(mode="pyramid", pyramid_border="replicate"),
    "BORDER_REFLECT": Resize(mode="pyramid", pyramid_border="reflect"),
    "BORDER_WRAP": Resize(mode="pyramid", pyramid_border="wrap"),
}


def _axes(request: Request) -> tuple[tuple[int, int], ...]:
    h, w = request.sizes
    return h, w


def _expression(function: str, request: Request, default: list[int], border: str) -> Expression:
    """With a size where it is not the function's own, and a border where one is named."""
    size = {} if list(request.size) == default else {"dstsize": request.size[::-1]}
    border_flags = {"borderType": Name(f"cv2.{border}")} if border else {}
    return Expression(Name(f"cv2.{function}"), (Name("x"),), {**size, **border_flags})


def _down(border: str) -> Callable[[Request], Expression | None]:
    def expression(request: Request) -> Expression | None:
        if not all(goes_down(n_in, n_out) for n_in, n_out in _axes(request)):
            return None
        if not request.shape[0]:
            return None  # there are no batches
        return _expression(
            "pyrDown", request, [(n_in + 1) // 2 for n_in, _ in _axes(request)], border
        )

    return expression


def _up(request: Request) -> Expression | None:
    """One column to three is left out: the third is never written (docs/findings.md)."""
    if not request.shape[0]:
        return None  # there are no batches
    if not all(goes_up(n_in, n_out) for n_in, n_out in _axes(request)) or _axes(request)[1] == (
        1,
        3,
    ):
        return None
    return _expression("pyrUp", request, [2 * n_in for n_in, _ in _axes(request)], "")


def _up_before(request: Request) -> Expression | None:
    """Of several channels, an odd width is left out too: the last column is never written, and its values
    overwrite others (docs/findings.md)."""
    odd = request.size[1] % 2 and request.shape[1] > 1
    return None if odd else _up(request)


def _last_column_early(case: Computed) -> Computed:
    convention, (rows, (n_in, n_out)) = case.convention, case.sizes
    assert isinstance(convention, Resize)
    h, w = convention.weights(*rows), convention.weights(n_in, n_out)
    early = convention.weights_at(np.array([n_in - 1], object), n_in, DOWN)
    matrices = {2: h, 3: np.concatenate([w[:-1], early])}
    expected = apply_matrices(case.inputs["x"], matrices)
    if case.rule in ROUNDINGS:  # dyadic fractions: exact in float64, so rounded once
        expected = np.floor(expected + 0.5)
    return replace(case, expected=expected)


_LAST_COLUMN_EARLY = Defect(
    why="with one column more than half of an even width n, the last samples at n - 1, not at n",
    releases=">=3.4",
    when=lambda request: request.sizes[1][0] > 2 and 2 * request.size[1] - request.sizes[1][0] == 2,
    result=_last_column_early,
)
_LAST_ROW_REPEATED = Defect(
    why="with one row more than twice as many, the last row repeats the one two before it",
    releases=">=3.4",
    when=lambda request: request.size[0] == 2 * request.sizes[0][0] + 1,
    result=lambda case: replace(
        case, expected=np.concatenate([case.expected[:, :, :-1], case.expected[:, :, -3:-2]], 2)
    ),
)


def _refused(name: str, function: str, border: str, words: str) -> Call:
    return Call(
        framework="opencv",
        name=name,
        operation="resize",
        expression=lambda request: _expression(function, request, [], border),
        run=lambda names, expression, inputs: expression.evaluate(
            {**names, "x": inputs["x"][0, 0]}
        ),
        arithmetic={"float32": sum_of_products("float32", _SOURCE)},
        returns={"float32": "float32"},
        refusals=(Refusal(words=words, why=f"{function} does not support this border"),),
    )


def _last_row_between(vectors: Mapping[str, int]) -> Recomputation:
    """In the vectors of a dtype; floats have none that do this."""

    def result(case: Computed) -> Computed:
        lanes = vectors.get(case.dtype, 0)
        if not lanes or case.rule not in ROUNDINGS:
            return case
        convention, (_, columns) = case.convention, case.sizes
        assert isinstance(convention, Resize)
        last = apply_matrices(case.inputs["x"][:, :, -1:], {3: convention.weights(*columns)})
        channels, width = case.inputs["x"].shape[1], case.size[1]
        value = np.arange(width) * channels + np.arange(channels)[:, None]
        expected = case.expected.copy()
        expected[:, :, -1] = np.where(
            value < width * channels // lanes * lanes,
            np.floor(last[:, :, 0] + 0.5),
            expected[:, :, -1],
        )
        return replace(case, expected=expected)

    return result


def _between(releases: str, vectors: Mapping[str, int]) -> Defect:
    """``vectors``: the values that are computed at once, by dtype."""
    each = ", ".join(f"{lanes} of {dtype}" for dtype, lanes in vectors.items())
    return Defect(
        why="with one row less than twice as many, the last row of integers is the one that lies half a "
        f"pixel further, in whole vectors: {each}",
        releases=releases,
        when=lambda request: request.size[0] == 2 * request.sizes[0][0] - 1,
        result=_last_row_between(vectors),
    )


_LAST_ROW_BETWEEN = (
    _between("<3.4.4", {"uint8": 8, "int16": 4}),
    _between(">=3.4.4, <3.4.6 or >=4, <4.1", {"uint8": 4, "int16": 4}),
    _between(">=3.4.6, <4 or >=4.1, <4.7", dict.fromkeys(INTEGERS, 4)),
)


def _arithmetic(dtype: DType) -> ErrorModel:
    return replace(sum_of_products(dtype, _SOURCE), evaluation=("opencv_pyramid",))


def calls(run: Run, refusals: tuple[Refusal, ...], reads_beyond: Crash) -> tuple[Call, ...]:
    """The calls; ``run`` evaluates an expression on one image at a time."""

    def call(
        name: str,
        convention: Resize,
        expression: Callable[[Request], Expression | None],
        *defects: Defect,
        changes: dict[str, Change] | None = None,
    ) -> Call:
        return Call(
            framework="opencv",
            name=name,
            operation="resize",
            follows={">=3.4": convention},
            expression=expression,
            run=run,
            arithmetic={
                **{dtype: _arithmetic(dtype) for dtype in _FLOATS},
                **{dtype: _arithmetic("float32") for dtype in INTEGERS},
            },
            returns={dtype: dtype for dtype in (*_FLOATS, *INTEGERS)},
            roundings=dict.fromkeys(INTEGERS, ("opencv_pyramid",)),
            defects=defects,
            refusals=refusals,
            crashes=(reads_beyond,),
            changes=changes or {},
            stored=convention == Resize(mode="pyramid"),
        )

    return (
        *(
            call(
                f"pyrDown{'-' if border else ''}{border}",
                convention,
                _down(border),
                # mirrored about the edge itself, what lies around n is what lies around n - 1
                *(() if border == "BORDER_REFLECT" else (_LAST_COLUMN_EARLY,)),
            )
            for border, convention in _DOWN.items()
        ),
        call(
            "pyrUp",
            _DOWN[""],
            _up,
            _LAST_ROW_REPEATED,
            *_LAST_ROW_BETWEEN,
            changes={"<4.7": {"expression": _up_before}},
        ),
        _refused(
            "pyrDown-BORDER_CONSTANT",
            "pyrDown",
            "BORDER_CONSTANT",
            "borderType != BORDER_CONSTANT",
        ),
        _refused(
            "pyrUp-BORDER_REPLICATE",
            "pyrUp",
            "BORDER_REPLICATE",
            "borderType == BORDER_DEFAULT",
        ),
    )
