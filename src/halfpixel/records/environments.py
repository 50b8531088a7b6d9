"""Throw-away environments: an old release of a framework with the Python and the packages of its time.

An environment is a few folders of packages, one over the other on ``PYTHONPATH``. What several releases share
(NumPy; TensorFlow under several Kerases) is installed once, and everything is removed in the end.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..frameworks.releases import contains
from . import cuda_stubs
from .record import RecordError


@dataclass(frozen=True)
class Layer:
    """Packages that are installed into one folder.

    Attributes:
        requirements: as pip takes them; ``{release}``, and other packages of a release by their names, are
            filled in.
        dependencies: whether what they need is installed too.
        stubs: the CUDA libraries that the package is built for are replaced by empty ones.
    """

    requirements: tuple[str, ...]
    dependencies: bool = False
    stubs: bool = False


@dataclass(frozen=True)
class Era:
    """Releases that are installed alike.

    Attributes:
        framework: its name.
        releases: a range of them (PEP 440).
        python: the Python that they run on.
        layers: what is installed, the lowest first.
        beside: the releases of other packages, where a release does not say them.
    """

    framework: str
    releases: str
    python: str
    layers: tuple[Layer, ...]
    beside: tuple[tuple[str, str], ...] = ()


_TORCH = Layer(("torch=={release}",), stubs=True)
_OLD_NUMPY = Layer(("numpy==1.21.6", "typing_extensions<4.8", "future"))
_TORCH_NEEDS = (
    "typing_extensions",
    "filelock",
    "sympy<1.14",
    "mpmath<1.4",
    "networkx<3.5",
    "jinja2",
    "markupsafe",
    "fsspec",
)
_KERAS = Layer(("keras=={keras}", "dm-tree"))
_TENSORFLOW = Layer(("tensorflow-cpu=={release}",), dependencies=True)
_KERAS_NEEDS = (
    "absl-py",
    "rich",
    "namex",
    "h5py",
    "optree",
    "ml-dtypes",
    "packaging",
    "pygments",
    "markdown-it-py",
    "mdurl",
    "typing_extensions",
)

_BESIDE_KERAS = (Layer(("numpy==2.2.6", *_TORCH_NEEDS)), Layer(_KERAS_NEEDS))
# the index's torchvision imports beside the index's torch, not beside one for CPUs alone (2.13.0+cpu),
# which "==" takes where it is at hand
_VISION = (
    Layer(("torch==={torch}",), stubs=True),
    Layer(("torchvision==={torchvision}", "pillow")),
)
_TORCH_ALONE = Layer(("torch=={torch}",), stubs=True)
_JAX = ("jax=={release}", "jaxlib=={release}")
_PILLOW = Layer(("pillow=={release}",))
_KERAS_TORCH = Layer(("keras=={release}", "dm-tree"))
_VISION_RELEASES = (("torch", "2.13.0"), ("torchvision", "0.28.0"))

ERAS = (
    Era(
        "opencv",
        "",
        "3.7",
        (Layer(("numpy==1.21.6",)), Layer(("opencv-python-headless=={release}",))),
    ),
    Era("torch", "<1.13", "3.7", (_OLD_NUMPY, _TORCH)),
    Era("torch", ">=1.13, <2", "3.10", (Layer(("numpy==1.26.4", *_TORCH_NEEDS)), _TORCH)),
    Era("torch", ">=2, <2.3", "3.11", (Layer(("numpy==1.26.4", *_TORCH_NEEDS)), _TORCH)),
    Era("torch", ">=2.3", "3.11", (Layer(("numpy==2.2.6", *_TORCH_NEEDS)), _TORCH)),
    Era(
        "tensorflow",
        "<1.15",
        "3.7",
        (Layer(("tensorflow=={release}", "protobuf<3.20", "numpy<1.20"), dependencies=True),),
    ),
    Era(
        "tensorflow",
        ">=1.15, <2.1",
        "3.7",
        (Layer(("tensorflow=={release}", "protobuf<3.20"), dependencies=True),),
    ),
    Era(
        "tensorflow",
        ">=2.1, <2.12",
        "3.7",
        (Layer(("tensorflow-cpu=={release}", "protobuf<3.20"), dependencies=True),),
    ),
    Era("tensorflow", ">=2.12, <2.16", "3.11", (_TENSORFLOW,)),
    # the Keras of the time: pip takes the newest
    Era("tensorflow", "==2.16.*", "3.11", (_TENSORFLOW, _KERAS), (("keras", "3.3.3"),)),
    Era("tensorflow", "==2.17.*", "3.11", (_TENSORFLOW, _KERAS), (("keras", "3.4.1"),)),
    Era("tensorflow", "==2.18.*", "3.11", (_TENSORFLOW, _KERAS), (("keras", "3.6.0"),)),
    Era("tensorflow", "==2.19.*", "3.11", (_TENSORFLOW, _KERAS), (("keras", "3.9.2"),)),
    Era("tensorflow", "==2.20.*", "3.11", (_TENSORFLOW, _KERAS), (("keras", "3.11.3"),)),
    Era("tensorflow", ">=2.21", "3.11", (_TENSORFLOW, _KERAS), (("keras", "3.15.1"),)),
    # before 3.9 Keras resized through torchvision
    Era("keras_torch", "<3.9", "3.11", (*_BESIDE_KERAS, *_VISION, _KERAS_TORCH), _VISION_RELEASES),
    Era(
        "keras_torch",
        ">=3.9",
        "3.11",
        (*_BESIDE_KERAS, _TORCH_ALONE, _KERAS_TORCH),
        _VISION_RELEASES[:1],
    ),
    Era("pillow", "<10", "3.7", (Layer(("numpy==1.21.6",)), _PILLOW)),
    Era("pillow", ">=10", "3.11", (Layer(("numpy==2.2.6",)), _PILLOW)),
    Era(
        "litert",
        "",
        "3.11",
        (Layer(("ai-edge-litert=={release}", "numpy==2.2.6"), dependencies=True),),
    ),
    Era("jax", "<0.4.31", "3.11", (Layer((*_JAX, "numpy==1.26.4"), dependencies=True),)),
    Era("jax", ">=0.4.31", "3.11", (Layer((*_JAX, "numpy==2.2.6"), dependencies=True),)),
)


@dataclass(frozen=True)
class Environment:
    """An interpreter, and the variables that make it see a release.

    Attributes:
        python: the interpreter.
        variables: the environment variables of its process.
    """

    python: str
    variables: dict[str, str]


def era_of(framework: str, release: str) -> Era:
    """How a release is installed.

    Raises:
        RecordError: no era has it.
    """
    own = release.partition("+")[0]
    for era in ERAS:
        if era.framework == framework and contains(era.releases, own):
            return era
    raise RecordError(f"nothing says how {framework} {release} is installed: add an Era to ERAS")


def asked_for(era: Era, release: str) -> dict[str, str]:
    """The releases by name: ``2.21.0+keras3.8.0`` is TensorFlow's with another Keras than came with it."""
    own, _, more = release.partition("+")
    named = {"release": own, **dict(era.beside)}
    for one in filter(None, more.split("-")):
        name = one.rstrip("0123456789.")
        named[name] = one.removeprefix(name)
    return named


def layers(era: Era, release: str) -> Iterator[tuple[Layer, tuple[str, ...]]]:
    """What is installed for a release, and its requirements."""
    named = asked_for(era, release)
    for layer in era.layers:
        yield layer, tuple(one.format(**named) for one in layer.requirements)


class Workshop:
    """A folder in which environments are made.

    Args:
        folder: where; it is emptied of what is no longer needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def environment(self, framework: str, release: str) -> Environment:
        """Install a release, and remove the layers of others that it does not need.

        Raises:
            RecordError: it cannot be installed, or its Python is not there; the message is pip's.
        """
        era = era_of(framework, release)
        python = interpreter(era.python)
        wanted = [
            (layer, packages, self._path(era, layer, packages))
            for layer, packages in layers(era, release)
        ]
        self._keep({path for _, _, path in wanted})
        for layer, requirements, path in wanted:
            if not path.is_dir():
                self._install(python, layer, requirements, path)
        paths = os.pathsep.join(str(path) for _, _, path in reversed(wanted))
        variables = {**os.environ, "PYTHONPATH": paths, "PYTHONNOUSERSITE": "1"}
        return Environment(python, {**variables, "PYTHONDONTWRITEBYTECODE": "1"})

    def clear(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, era: Era, layer: Layer, requirements: tuple[str, ...]) -> Path:
        text = " ".join((era.python, str(layer.dependencies), str(layer.stubs), *requirements))
        return self.folder / hashlib.sha256(text.encode()).hexdigest()[:12]

    def _keep(self, paths: set[Path]) -> None:
        for path in self.folder.glob("*"):
            if path not in paths:
                shutil.rmtree(path, ignore_errors=True)

    def _install(
        self, python: str, layer: Layer, requirements: tuple[str, ...], path: Path
    ) -> None:
        made = path.with_suffix(".part")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        flags = ["--quiet", "--disable-pip-version-check", "--no-compile", "--target", str(made)]
        if not layer.dependencies:
            flags += ["--no-deps", "--only-binary", ":all:"]
        command = [python, "-m", "pip", "install", *flags, *requirements]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(made, ignore_errors=True)
            raise RecordError(f"{' '.join(requirements)}: {_last(done.stderr)}")
        if layer.stubs:
            cuda_stubs.make(made / "torch")
        made.rename(path)


def _last(text: str) -> str:
    errors = [line for line in text.splitlines() if line.startswith("ERROR")]
    return (errors or text.splitlines() or ["pip failed"])[-1].removeprefix("ERROR: ")[:300]


def interpreter(version: str) -> str:
    """The path of a Python: on the PATH, or of pyenv.

    Raises:
        RecordError: there is none.
    """
    for path in filter(None, (shutil.which(f"python{version}"), _of_pyenv(version))):
        if (
            _output(path, "--version") is not None
        ):  # pyenv has shims that only say that they are none
            return path
    raise RecordError(f"needs Python {version}: there is no python{version} on the PATH")


def _of_pyenv(version: str) -> str | None:
    versions, root = _output("pyenv", "versions", "--bare"), _output("pyenv", "root")
    for one in (versions or "").split():
        if one.startswith(f"{version}."):
            return f"{root}/versions/{one}/bin/python"
    return None


def _output(*command: str) -> str | None:
    """What a command prints; None if it is not there, or fails."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


@contextmanager
def workshop(folder: Path) -> Iterator[Workshop]:
    """A workshop that is removed in the end."""
    made = Workshop(folder)
    try:
        yield made
    finally:
        made.clear()
