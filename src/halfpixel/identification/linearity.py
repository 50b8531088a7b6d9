"""Whether a function is linear, and if it is not, in which way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..numerics.error_model import UNIT_ROUNDOFF
from .adapter import Subject
from .probes import Answer, ask, image


@dataclass(frozen=True)
class Response:
    """How a function answers sums and multiples of two images; all of one probe.

    Attributes:
        zero, one, other, both, double: of no light, of each image, of their sum, of twice the first.
        negative: of the first with its sign turned.
        large: of 4096 times the first.
        bound: what rounding may make of a linear function's sums.
    """

    zero: Array
    one: Array
    other: Array
    both: Array
    double: Array
    negative: Array
    large: Array
    bound: float

    def _same(self, a: Array, b: Array) -> bool:
        return bool(np.max(abs(a - b)) <= self.bound)

    @property
    def constant(self) -> bool:
        return self._same(self.one, self.other) and self._same(self.one, self.zero)

    @property
    def linear(self) -> bool:
        return (
            self._same(self.zero, 0 * self.zero)
            and self._same(self.both, self.one + self.other)
            and self._same(self.double, 2 * self.one)
            and self._same(self.negative, -self.one)
        )

    @property
    def _broken(self) -> str:
        """The law of linearity that is broken most."""
        off = {
            "f(a + b) and f(a) + f(b) differ": self.both - self.one - self.other,
            "f(2a) and 2·f(a) differ": self.double - 2 * self.one,
            "f(-a) and -f(a) differ": self.negative + self.one,
            "f(0) and 0 differ": self.zero,
        }
        words, values = max(off.items(), key=lambda law: float(np.max(abs(law[1]))))
        return f"{words} by up to {float(np.max(abs(values))):.3g}"

    @property
    def lines(self) -> list[str]:
        """What is not linear about it, in words."""
        if self.constant:
            values = np.unique(self.one)
            what = f"{values[0]:.6g}" if values.size == 1 else "one picture"
            return [f"not linear: it returns {what}, whatever the image"]
        lines = [f"not linear: {self._broken}"]
        whole = [np.array_equal(y, np.rint(y)) for y in (self.one, self.other, self.both)]
        if all(whole):
            lines.append("it returns whole numbers: it rounds, or makes integers of its image")
        lines += self._clamped()
        offset = np.unique(np.round(self.zero, 6))
        if not self._same(self.zero, 0 * self.zero):
            words = f"{offset[0]:.6g}" if offset.size == 1 else "another picture"
            affine = self._same(
                self.both - self.zero, (self.one - self.zero) + (self.other - self.zero)
            )
            lines.append(
                f"it adds an offset: of an image of zeros it makes {words}"
                + ("; but for that it is linear" if affine else "")
            )
        elif self._same(self.double, 2 * self.one) and not lines[1:]:
            lines.append(
                "twice the image gives twice the result, but sums are not kept: as in a median, a maximum, "
                "or a mean that is taken through a gamma curve"
            )
        elif (power := self._power()) is not None:
            lines.append(
                f"twice the image gives 2**{power:.4g} times the result: a gamma curve of {power:.4g}"
            )
        return lines

    def _clamped(self) -> list[str]:
        low, high = float(np.min(self.large)), float(np.max(self.large))
        at_low, at_high = np.sum(self.large == low), np.sum(self.large == high)
        many = max(3, self.large.size // 8)
        reach = float(np.max(abs(self.one))) * 1000  # far less than the large image's values are
        limits = []
        if at_low >= many and low > -reach:
            limits.append(f"below {low:.6g}")
        if at_high >= many and high < reach:
            limits.append(f"above {high:.6g}")
        return [f"it clamps: no value comes out {' or '.join(limits)}"] if limits else []

    def _power(self) -> float | None:
        """The degree in which it is homogeneous, if it is."""
        strong = abs(self.one) > 0.05 * np.max(abs(self.one))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = (self.double / self.one)[strong]
        if not np.isfinite(ratios).all() or np.ptp(ratios) > 1e-3 * abs(np.mean(ratios)):
            return None
        mean = float(np.mean(ratios))
        return float(np.log2(mean)) if mean > 0 else None


def responses(subject: Subject, answer: Answer) -> Iterator[Response]:
    """How a function answers sums and multiples at the sizes of an answer, on images in 0..1 and in 0..255:
    nothing where it raises."""
    for scale in (1.0, 200.0):
        response = _response(subject, answer, scale)
        if response is not None:
            yield response


def _response(subject: Subject, answer: Answer, scale: float) -> Response | None:
    # positive images: what is a power of the light is one of these alone
    one, other = (scale * abs(image(subject.channels, answer.n_in, seed)) / 2 for seed in (1, 2))
    images = {
        "zero": 0 * one,
        "one": one,
        "other": other,
        "both": one + other,
        "double": 2 * one,
        "negative": -one,
        "large": 4096 * scale * image(subject.channels, answer.n_in, 1),
    }
    n_out = answer.n_out if subject.form.needs == "size" else None
    factor = None if answer.given is None else float(answer.given)
    got = {name: ask(subject, x, n_out, factor) for name, x in images.items()}
    values = {name: one.y for name, one in got.items() if one.y is not None}
    if len(values) < len(images):
        return None
    n = answer.n_in[0] * answer.n_in[1]
    u = UNIT_ROUNDOFF.get(answer.dtype, UNIT_ROUNDOFF["float32"])
    largest = max(float(np.max(abs(values[name]))) for name in ("one", "both", "double"))
    # a sum of n products with weights that are off by a few roundoffs each, three times over
    return Response(
        **values, bound=64 * n * max(u, UNIT_ROUNDOFF["float32"]) * max(largest, 1e-3 * scale)
    )
