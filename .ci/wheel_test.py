"""Install a wheel or an sdist into an environment of its own, as a stranger does, and run it.

python .ci/wheel_test.py dist/halfpixel-*.whl

First with OpenCV alone: the commands need neither pytest nor a clone. Then, of a wheel, the suites.
"""

import importlib.metadata
import subprocess
import sys
import tempfile
import venv
import xml.etree.ElementTree
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).parents[1]
CONSTRAINTS = TOP / "constraints.txt"
SUITES = {path.stem for path in TOP.glob("tests/test_*.py")}
# with OpenCV alone these have nothing to run: they are torch's, TensorFlow's and onnx's
OTHERS = {"test_conversions", "test_conv_transpose", "test_gradients", "test_modes"}
OTHERS |= {"test_resize_conversions"}
FIELDS = ("Summary", "Author", "License-Expression", "License-File", "Classifier", "Project-URL")
# what is typed after the name, the exit status, and a part of what is printed
COMMANDS: tuple[tuple[str, int, str], ...] = (
    ("--help", 0, "COMMAND"),
    ("show linear half_pixel 3 7", 0, "16/7"),
    ("convert cv2.resize(x,(w,h)) --to torch", 0, "F.interpolate"),
    ("golden", 2, "belongs to an installed halfpixel"),
    ("check --framework opencv --fast", 0, "as declared: "),
)


def main(distribution: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(f"{folder}/venv", with_pip=True)
        python = f"{folder}/venv/bin/python"

        def install(*packages: str) -> None:
            command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*command, "--constraint", str(CONSTRAINTS), *packages], check=True)

        install(str(Path(distribution).resolve()), "opencv-python-headless")
        site = next(Path(folder, "venv").glob("lib/python3*/site-packages"))
        if missing := SUITES - {path.stem for path in (site / "halfpixel" / "suites").glob("*.py")}:
            sys.exit(f"it lacks the suites {', '.join(sorted(missing))}")
        described = next(iter(importlib.metadata.distributions(name="halfpixel", path=[str(site)])))
        for problem in problems(described.metadata):
            print(f"{distribution}: {problem}")
        before = _stamps(site)
        for arguments, status, words in COMMANDS:
            _typed(f"{folder}/venv/bin/halfpixel", arguments, folder, status, words)
        if _stamps(site) != before:
            sys.exit("a command wrote into site-packages")
        if distribution.endswith(".whl"):  # the sdist makes the same one
            install("pytest")
            _suites(python, folder)


def problems(metadata: importlib.metadata.PackageMetadata) -> Iterator[str]:
    """What a stranger who reads the metadata would miss; exits if a field is not there."""
    if missing := [name for name in FIELDS if not metadata.get_all(name)]:
        sys.exit(f"the metadata have no {', '.join(missing)}")
    for line in metadata.get_all("Project-URL") or ():
        if is_placeholder(line.partition(", ")[2]):
            yield f"{line} is a placeholder: publish it with the repository's address"


def is_placeholder(url: str) -> bool:
    """Whether a URL leads nowhere: RFC 2606 reserves its host's name, or it names no one."""
    host = url.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    reserved = host.rpartition(".")[2] in ("example", "invalid", "test", "localhost")
    return reserved or host.endswith(("example.com", "example.org")) or "OWNER" in url


def _stamps(site: Path) -> dict[Path, int]:
    """When each file was written, but for Python's own."""
    files = (path for path in site.glob("*halfpixel*/**/*") if path.is_file())
    return {path: path.stat().st_mtime_ns for path in files if path.suffix != ".pyc"}


def _typed(program: str, arguments: str, folder: str, status: int, words: str) -> None:
    """Run a command from a folder that holds nothing of the source tree."""
    line = [program, *arguments.split(" ")]
    result = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode != status or words not in result.stdout + result.stderr:
        print(result.stdout, result.stderr, sep="\n")
        sys.exit(f"halfpixel {arguments} ended with {result.returncode}, or without {words!r}")
    print(f"halfpixel {arguments}: {status}")


def _suites(python: str, folder: str) -> None:
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
