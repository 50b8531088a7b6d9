"""The types of arrays, by their dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Array = Float64  # what is computed in, where nothing else is said
Integers = NDArray[np.int64]
AnyArray = NDArray[
    Any
]  # of a dtype that is a value: a framework's inputs and outputs, exact numbers
