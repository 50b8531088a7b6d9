"""One thread in every process of the tests; the plugin comes with the installed package (``halfpixel``).

The images are small: a second thread waits more than it works, and in each of pytest-xdist's workers. Set before
NumPy is imported, and handed on to workers and to programs that tests start.
"""

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
