"""Numeric libraries on one core: workers are scaled by their number, and threads of theirs would only contend."""

import os

__all__ = ["keep_to_one_core"]

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def keep_to_one_core() -> None:
    """Let OpenMP, OpenBLAS, MKL and Accelerate use one thread, unless the environment says otherwise.

    They read it when they are first imported: call it before a stage is loaded.
    """
    for variable in _VARIABLES:
        os.environ.setdefault(variable, "1")
