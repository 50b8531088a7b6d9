"""What is installed, found without importing it: modules, their releases, the packages that bring them."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import re
from pathlib import Path

from .call import Framework, FrameworkError

# of a module, the file in which it says its release, and the name that it gives it there
_VERSION_FILES = {
    "cv2": ("version.py", "opencv_version"),
    "torch": ("version.py", "__version__"),
    "PIL": ("_version.py", "__version__"),
    "torchvision": ("version.py", "__version__"),
    "keras": ("src/version.py", "__version__"),
}
UNKNOWN = "0+unknown"


@functools.cache
def installed(module: str) -> bool:
    """Whether a module can be found. Nothing is imported."""
    return importlib.util.find_spec(module) is not None


def packages(framework: Framework) -> dict[str, str]:
    """The installed packages that bring a framework's module, with their releases, by their metadata."""
    versions = {}
    for distribution in framework.distributions:
        try:
            versions[distribution] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def stated_release(framework: Framework) -> str | None:
    """The installed release of a framework: what the module's own file says, since two packages can bring
    one module, and the last one installed stays. Of a module without such a file, what its package says.

    Returns:
        The release; ``0+unknown`` of a module that neither says it nor has a package; None if the module is
        not installed, whatever else it needs.
    """
    if not installed(framework.module):
        return None
    version = _stated_by_file(framework.module)
    return version or next(iter(packages(framework).values()), UNKNOWN)


def _stated_by_file(module: str) -> str | None:
    """What a module's version file says, if it has one."""
    file, name = _VERSION_FILES.get(module, ("", ""))
    spec = importlib.util.find_spec(module)
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder, file)
        if file and path.is_file():
            matched = re.search(rf"^{name}\s*=\s*['\"](.+?)['\"]", path.read_text("utf-8"), re.M)
            if matched:
                return matched[1]
    return None


def check_imported(release: str, module: object, name: str) -> None:
    """Check what was found without importing a module against what the module says once it is imported.

    Args:
        release: what was found.
        module: the imported module.
        name: its name.

    Raises:
        FrameworkError: they are two releases.
    """
    says = getattr(module, "__version__", None)
    if says is not None and release != UNKNOWN and not _same(release, says):
        raise FrameworkError(
            f"{name}.__version__ is {says}, but the installed files belong to {release}: an installation "
            f"over another one, perhaps. Uninstall every package that brings {name}, and install one"
        )


def _same(release: str, says: str) -> bool:
    """Whether two texts are one release, but for the build number (4.10.0.84 of 4.10.0) and local parts."""
    from packaging.version import InvalidVersion, Version

    try:
        one, other = Version(release), Version(says)
    except InvalidVersion:
        return release == says
    numbers = min(len(one.release), len(other.release))
    return (one.release[:numbers], one.pre) == (other.release[:numbers], other.pre)
