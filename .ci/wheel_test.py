"""Install a wheel into an environment of its own with NumPy, pytest and OpenCV, and run its suites.

python .ci/wheel_test.py dist/halfpixel-*.whl
"""

import subprocess
import sys
import tempfile
import venv
import xml.etree.ElementTree
import zipfile
from pathlib import Path

TOP = Path(__file__).parents[1]
CONSTRAINTS = TOP / "constraints.txt"
SUITES = {path.stem for path in TOP.glob("tests/test_*.py")}
# with OpenCV alone these have nothing to run: they are torch's, TensorFlow's and onnx's
OTHERS = {"test_conversions", "test_conv_transpose", "test_gradients", "test_modes"}
OTHERS |= {"test_resize_conversions"}


def main(wheel: str) -> None:
    packed = {Path(name).stem for name in zipfile.ZipFile(wheel).namelist() if "/suites/" in name}
    if missing := SUITES - packed:
        sys.exit(f"the wheel lacks {', '.join(sorted(missing))}")
    with tempfile.TemporaryDirectory() as folder:
        venv.create(f"{folder}/venv", with_pip=True)
        python = f"{folder}/venv/bin/python"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        packages = [str(Path(wheel).resolve()), "opencv-python-headless"]
        subprocess.run([*install, "--constraint", str(CONSTRAINTS), *packages], check=True)
        # from a folder that holds nothing of the source tree
        run = [python, "-m", "pytest", "--pyargs", "halfpixel", "-q", "-p", "no:cacheprovider"]
        run += ["-o", "python_files=check_*.py"]  # whatever a project calls its own tests
        run += ["--junitxml", f"{folder}/report.xml"]
        result = subprocess.run(run, cwd=folder, check=False, capture_output=True, text=True)
        print(result.stdout, result.stderr, sep="\n")
        if result.returncode:
            sys.exit(f"the installed suites exited with {result.returncode}")
        for expected in (
            "resize-INTER_CUBIC",
            "torch (not installed)",
            "dnn-ConvTranspose (needs onnx)",
        ):
            if expected not in result.stdout:
                sys.exit(f"the installed suites did not print {expected!r}")
        report = xml.etree.ElementTree.parse(f"{folder}/report.xml")
        ran = {case.get("classname", "").split(".")[-1] for case in report.iter("testcase")}
        if idle := SUITES - OTHERS - ran:
            sys.exit(f"of the installed suites, these ran nothing: {', '.join(sorted(idle))}")


if __name__ == "__main__":
    main(*sys.argv[1:])
