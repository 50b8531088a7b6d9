"""Run the CI script of examples/ml-repo: with its pins, with a line changed, with another pin.

python .ci/example.py dist/halfpixel-*.whl
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

TOP = Path(__file__).parents[1]
NEWER = "opencv-python-headless==5.0.0.93"


def main(wheel: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder, "ml-repo")
        shutil.copytree(TOP / "examples" / "ml-repo", repository, ignore=_made)
        venv.create(f"{folder}/venv", with_pip=True)
        binaries = Path(folder, "venv", "bin")
        python = str(binaries / "python")
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pins = ["--requirement", str(repository / "requirements.txt")]
        subprocess.run([*install, *pins, str(Path(wheel).resolve()), "pytest"], check=True)

        _ends(repository, binaries, "with its pins", 0, "as declared: ", "3 passed")
        train = repository / "classifier" / "train.py"
        before = train.read_text(encoding="utf-8")
        train.write_text(before.replace('mode="bilinear"', 'mode="bilinear", antialias=True'))
        line = (
            'A resizes at classifier/train.py:14: F.interpolate(x, size=(160, 160), mode="bilinear"'
        )
        changed = (
            f"{line}, antialias=True".replace('"', "'"),
            "they part at the stage 'resize'",
            "half_pixel antialias",
            "levels of 255 apart",
        )
        _ends(repository, binaries, "with a line changed", 1, *changed)
        _reported(repository, line[:40], "levels of 255 apart", "<canvas>")
        train.write_text(before)
        subprocess.run([*install, NEWER], check=True)
        moved = (
            "letterbox is not what tests/golden/",
            "of 255 apart",
            "it resizes at classifier/serve.py:25: cv2.warpAffine(",
            "2 passed",
        )
        _ends(repository, binaries, "with another pin", 1, *moved)
        _reported(repository, "classifier/serve.py:25", "of 255 apart", "<canvas>")


def _made(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in ("report", "__pycache__", ".pytest_cache")}


def _ends(repository: Path, binaries: Path, how: str, status: int, *words: str) -> None:
    """Run the script; end this one if it does not end as expected, and say so."""
    environment = {
        **os.environ,
        "CI": "true",
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
    }
    environment.pop("PYTHONPATH", None)
    command = ["bash", "./ci.sh"]
    run = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, check=False
    )
    missing = [word for word in words if word not in run.stdout]
    if run.returncode != status or missing:
        print(run.stdout, run.stderr, sep="\n")
        sys.exit(f"{how}, ci.sh ended with {run.returncode}, without {missing}")
    print(f"examples/ml-repo {how}: {status}, {'; '.join(words)}")


def _reported(repository: Path, *words: str) -> None:
    """End if the report of the tests does not say these words."""
    page = (repository / "report" / "tests" / "report.html").read_text(encoding="utf-8")
    missing = [word for word in words if word not in page]
    if missing:
        sys.exit(f"{repository / 'report'}: without {missing}")


if __name__ == "__main__":
    main(*sys.argv[1:])
