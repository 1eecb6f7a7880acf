"""The compiled loops of kernels.c, called through ctypes: numpy arrays go in by address, without a copy."""

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["MAX_CLASSES", "MAX_HIDDEN", "MAX_WIDTH", "WIDTH_STEP", "Model", "address", "kernels"]

MAX_HIDDEN, MAX_CLASSES, MAX_WIDTH, WIDTH_STEP = 256, 1024, 512, 16
"""What the arrays on the stack of kernels.c hold; `WIDTH_STEP` divides the width."""

# Not .so, which Python would take for a module.
LIBRARY = Path(__file__).with_name("kernels.native")


class Model(ctypes.Structure):
    """`Model` of kernels.c: a transition system's weights and, per batch, its lower layer's products."""

    _fields_ = [
        ("products", ctypes.c_void_p),
        ("missing", ctypes.c_void_p),
        ("bias", ctypes.c_void_p),
        ("upper", ctypes.c_void_p),
        ("upper_bias", ctypes.c_void_p),
        ("moves", ctypes.c_void_p),
        ("labels", ctypes.c_void_p),
        ("features", ctypes.c_int32),
        ("pieces", ctypes.c_int32),
        ("hidden", ctypes.c_int32),
        ("classes", ctypes.c_int32),
    ]


_SIGNATURES: dict[str, tuple[Any, str]] = {
    "hash_strings": (None, "pp i p"),
    "hash_embed": (None, "p iii p i p i"),
    "add_normed_maxout": (None, "ppppp iii"),
    "find_names": (ctypes.c_int32, "m p i ppp"),
    "find_heads": (None, "m p i pppp"),
    "find_sentences": (None, "p i pppp"),
}
_TYPES = {"p": ctypes.c_void_p, "i": ctypes.c_int32, "m": ctypes.POINTER(Model)}


@cache
def kernels() -> ctypes.CDLL:
    """The library, loaded once. Raises OSError when it was not built or does not fit this machine."""
    library = ctypes.CDLL(str(LIBRARY))
    for name, (answer, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype = answer
        function.argtypes = [_TYPES[kind] for kind in arguments.replace(" ", "")]
    return library


def address(array: Any) -> int:
    """Where the items of a contiguous numpy array lie; the caller keeps the array alive."""
    assert array.flags.c_contiguous  # noqa: S101 - a copy here would be written to in vain
    return int(array.ctypes.data)
