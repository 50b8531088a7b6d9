"""The floor of the suite: the same imports, calls and comparisons in a bare loop, no pytest.

python bench/floor.py torch opencv
"""

import sys

from halfpixel.conformance.trials import photograph_trials, trials_of
from halfpixel.conformance.verdicts import judge


def main(frameworks: list[str]) -> None:
    trials = [*trials_of("resize"), *photograph_trials(), *trials_of("conv_transpose")]
    mine = [trial for trial in trials if trial.call.framework in frameworks]
    changed = [t.id for t in mine if judge(t.call, t.case(), t.dtype).kind == "changed"]
    print(f"{len(mine)} trials, {len(changed)} changed")
    if changed:
        sys.exit(f"changed: {', '.join(changed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
