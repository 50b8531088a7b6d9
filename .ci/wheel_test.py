"""Install a wheel into an environment of its own with NumPy, pytest and OpenCV, and run its suites.

python .ci/wheel_test.py dist/halfpixel-*.whl
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"


def main(wheel: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(f"{folder}/venv", with_pip=True)
        python = f"{folder}/venv/bin/python"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        packages = [str(Path(wheel).resolve()), "opencv-python-headless"]
        subprocess.run([*install, "--constraint", str(CONSTRAINTS), *packages], check=True)
        # from a folder that holds nothing of the source tree
        run = [python, "-m", "pytest", "--pyargs", "halfpixel", "-q", "-p", "no:cacheprovider"]
        run += ["-o", "python_files=check_*.py"]  # whatever a project calls its own tests
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


if __name__ == "__main__":
    main(*sys.argv[1:])
