"""The conformance suites by name: their trials, and what judges one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..frameworks import Call
from . import shape_trials, trials
from .sweep import sweep
from .trials import Releases, Trial
from .verdicts import Verdict, judge


@dataclass(frozen=True)
class Suite:
    """A conformance suite.

    Attributes:
        trials: from the installed release of each framework, None where it is left out, to the trials.
        judge: from the call, the case and the dtype of a trial to its verdict.
        minutes: it takes minutes, and runs only where it is asked for.
    """

    trials: Callable[[Releases], Iterator[Trial]]
    judge: Callable[[Call, Any, str], Verdict] = judge
    minutes: bool = False


SUITES: Mapping[str, Suite] = {
    "resize": Suite(functools.partial(trials.trials_of, "resize")),
    "conv_transpose": Suite(functools.partial(trials.trials_of, "conv_transpose")),
    "photograph": Suite(trials.photograph_trials),
    "resize_gradient": Suite(trials.gradient_trials),
    "conv_transpose_gradient": Suite(trials.conv_gradient_trials),
    "scales": Suite(trials.scale_trials),
    "edges": Suite(trials.edge_trials),
    "real_shapes": Suite(shape_trials.shape_trials),
    "sweep_sample": Suite(trials.sample_trials, sweep),
    "sweep": Suite(trials.sweep_trials, sweep, minutes=True),
    "swept_shapes": Suite(shape_trials.swept_shape_trials, minutes=True),
    "narrow_dtypes": Suite(trials.narrow_trials, minutes=True),
    "modes": Suite(trials.mode_trials, minutes=True),
}
