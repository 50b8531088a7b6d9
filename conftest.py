"""All tests of this tree run with halfpixel's pytest plugin, and every process of them in one thread.

The images are small: more threads, in each worker of pytest-xdist, wait for each other. The variables are set
before NumPy is imported, and reach the workers and the programs that tests start.
"""

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

pytest_plugins = ["halfpixel.pytest_plugin"]
