"""The recorder runs what the calls run, one probe at a time, and outlives a probe that ends its process."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halfpixel.frameworks import FRAMEWORKS, load, version
from halfpixel.frameworks.call import dtype_name
from halfpixel.records import Crash, RecordError, Refusal, observation, observe, probes, recorder

HAS_CV2 = version("opencv") is not None
needs_cv2 = pytest.mark.skipif(not HAS_CV2, reason="needs OpenCV")


def differences(framework: str, chosen: Any = lambda call: True) -> list[str]:
    """Where what the recorder wrote is not what the calls of the catalogue give in this process."""
    record, names = observe(framework, chosen), load(framework)
    found = []
    for call in filter(chosen, probes.calls(framework)):
        for probe in probes.of_call(call, version(framework) or ""):
            now = probe.now or probe.call
            want = record.outcomes[call.name, probe.dtype, probe.name]
            if isinstance(want, Crash) and now.crash(probe.computation.request, probe.dtype):
                continue
            try:
                got = now.run(names, probe.expression, now.arrays(probe.computation, probe.dtype))
            except Exception as error:
                same = isinstance(want, Refusal) and want.exception == type(error).__name__
            else:
                same = (
                    isinstance(want, np.ndarray)
                    and dtype_name(want) == dtype_name(got)
                    and np.array_equal(want, got, equal_nan=want.dtype.kind == "f")
                )
            if not same:
                found.append(f"{call.id}-{probe.dtype}-{probe.name}")
    return found


@needs_cv2
def test_opencv_is_recorded_as_its_calls_run_it() -> None:
    few = {"resize-INTER_CUBIC", "resize-INTER_NEAREST_EXACT", "warpAffine-INTER_LINEAR", "pyrUp"}
    assert differences("opencv", lambda call: call.name in few) == []


@pytest.mark.sweep
@pytest.mark.parametrize("framework", [name for name in FRAMEWORKS if version(name)])
def test_every_call_is_recorded_as_it_runs(framework: str) -> None:
    assert differences(framework) == []


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_call_has_probes_and_a_way_to_be_run(framework: str) -> None:
    for call in probes.calls(framework):
        assert probes.runner(call) in recorder.RUNNERS
        assert next(probes.of_call(call, "0"), None) is not None, call.id


def test_a_call_that_is_run_in_another_way_is_told() -> None:
    call = FRAMEWORKS["opencv"].calls[0]
    changed = replace(call, run=lambda names, expression, inputs: inputs["x"])
    with pytest.raises(ValueError, match=r"the recorder .* has nothing like it"):
        probes.runner(changed)


# ---------------------------------------------------------------------------- what goes wrong


def plan_of(tmp_path: Path, *texts: str, framework: str = "opencv") -> tuple[Path, Path]:
    """A plan of probes of a 1 × 1 image that OpenCV is to run, and where its outcomes go."""
    steps = [
        {
            "call": "call",
            "dtype": "float32",
            "probe": f"{n}",
            "runner": "images",
            "text": text,
            "inputs": {"x": "one"},
        }
        for n, text in enumerate(texts)
    ]
    one = {"shape": [1, 1, 1, 1], "values": [2.0]}
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"framework": framework, "probes": steps, "inputs": {"one": one}}))
    return plan, tmp_path / "out.jsonl"


@needs_cv2
def test_a_probe_that_ends_the_process_is_an_outcome(tmp_path: Path) -> None:
    abort, leave = "__import__('os').abort()", "__import__('os')._exit(7)"
    plan, out = plan_of(tmp_path, "x + 1", abort, "cv2.nothing(x)", leave, "x.reshape(3)", "x")
    observation.run(sys.executable, plan, out)
    record = observation.record_of("opencv", plan, out)
    outcomes = [record.outcomes.get(("call", "float32", str(n))) for n in range(6)]
    assert isinstance(outcomes[0], np.ndarray)
    assert outcomes[0].item() == 3
    assert str(outcomes[1]) == "Crash(how='SIGABRT')"
    assert outcomes[2] is None  # there is no such function
    assert str(outcomes[3]) == "Crash(how='exit status 7')"
    assert isinstance(outcomes[4], Refusal)
    assert outcomes[4].text == "ValueError: cannot reshape array of size 1 into shape (3,)"
    assert isinstance(outcomes[5], np.ndarray)


@needs_cv2
def test_a_probe_that_hangs_and_one_that_varies_are_outcomes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "HANG", 2.0)
    plan, out = plan_of(tmp_path, "__import__('time').sleep(60)", "np.random.rand(1, 1)")
    assert recorder.main(str(plan), str(out)) == 0
    record = observation.record_of("opencv", plan, out)
    assert [outcome.how for outcome in record.outcomes.values()] == ["hang", "varies"]  # type: ignore[union-attr]


@needs_cv2
def test_what_was_run_is_not_run_again(tmp_path: Path) -> None:
    count = f"open({str(tmp_path / 'count')!r}, 'a').write('.') * x"
    plan, out = plan_of(tmp_path, count, count)
    observation.run(sys.executable, plan, out)
    lines = out.read_text().splitlines()
    cut = next(n for n, line in enumerate(lines) if '"probe": 1' in line)
    out.write_text("\n".join([*lines[:cut], lines[cut][:20]]))  # killed as it wrote
    observation.run(sys.executable, plan, out)
    assert len((tmp_path / "count").read_text()) == 2 * 2 + 2  # each is run twice
    assert len(observation.record_of("opencv", plan, out).outcomes) == 2


def test_a_framework_that_cannot_be_imported_is_told_once(tmp_path: Path) -> None:
    plan, out = plan_of(tmp_path, "x")
    broken = tmp_path / "cv2.py"
    broken.write_text("raise ImportError('libGL.so.1: no such file')")
    with pytest.raises(RecordError, match=r"import failed: ImportError: libGL\.so\.1"):
        observation.run(sys.executable, plan, out, {"PYTHONPATH": str(tmp_path)})


def test_the_recorder_needs_nothing_of_halfpixel(tmp_path: Path) -> None:
    text = Path(recorder.__file__).read_text(encoding="utf-8")
    assert re.findall(r"^ *(?:from|import) halfpixel", text, re.MULTILINE) == []
    script = tmp_path / "recorder.py"
    script.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(script), "a", "b"], capture_output=True, text=True
    )
    assert "No such file" in done.stderr  # the plan: nothing before it failed


def test_words_are_the_same_wherever_a_library_was_built() -> None:
    built = "OpenCV(4.10.0) /io/opencv/modules/imgproc/src/resize.cpp:3845: error: (-215) func != 0"
    other = "OpenCV(4.7.0) D:\\a\\opencv\\modules\\imgproc\\src\\resize.cpp:3689: error: (-215) func != 0"
    words = {recorder.raised(ValueError(one))["words"] for one in (built, other)}
    assert words == {"resize.cpp: error: (-215) func != 0"}
