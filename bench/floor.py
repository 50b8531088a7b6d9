"""The floor of the suite: the same imports, calls and comparisons in a bare loop, no pytest.

python -m bench.floor torch opencv
"""

import sys
from collections.abc import Sequence

from halfpixel.conformance.trials import Trial, photograph_trials, trials_of
from halfpixel.conformance.verdicts import judge

# the frameworks of make check, whose kernels the suites run
ALL = ("torch", "tensorflow", "opencv", "keras_torch", "pillow", "onnxruntime")


def trials(frameworks: Sequence[str] = ALL) -> list[Trial]:
    """The trials of frameworks in tests/test_resize.py and tests/test_conv_transpose.py."""
    every = [*trials_of("resize"), *photograph_trials(), *trials_of("conv_transpose")]
    return [trial for trial in every if trial.call.framework in frameworks]


def main(frameworks: list[str]) -> None:
    mine = trials(frameworks)
    changed = [t.id for t in mine if judge(t.call, t.case(), t.dtype).kind == "changed"]
    print(f"{len(mine)} trials, {len(changed)} changed")
    if changed:
        sys.exit(f"changed: {', '.join(changed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
