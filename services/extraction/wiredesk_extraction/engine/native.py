"""The compiled loops of kernels.c, called through ctypes: numpy arrays go in by address, without a copy."""

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["MAX_CLASSES", "MAX_HIDDEN", "MAX_PIECES", "MAX_WIDTH", "PANEL", "Layer", "Model", "address", "kernels"]

MAX_HIDDEN, MAX_CLASSES, MAX_WIDTH, MAX_PIECES = 256, 1024, 512, 4
"""What the arrays on the stack of kernels.c hold."""
PANEL = 16
"""Columns of a matrix that lie together; it divides the width of all rows that kernels.c adds up."""

# Not .so, which Python would take for a module.
LIBRARY = Path(__file__).with_name("kernels.native")


class Layer(ctypes.Structure):
    """`Layer` of kernels.c: the weights of maxout and layer norm."""

    _fields_ = [
        ("panels", ctypes.c_void_p),
        ("bias", ctypes.c_void_p),
        ("gain", ctypes.c_void_p),
        ("shift", ctypes.c_void_p),
        ("depth", ctypes.c_int32),
        ("pieces", ctypes.c_int32),
        ("width", ctypes.c_int32),
    ]


class Model(ctypes.Structure):
    """`Model` of kernels.c: a transition system's weights and, per batch, what it reads and works in."""

    _fields_ = [
        ("vectors", ctypes.c_void_p),
        ("lower", ctypes.c_void_p),
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
    "use_registers": (ctypes.c_int32, "i"),
    "multiply": (None, "p ii p ii pp"),
    "maxout_layer": (None, "l p i p i pp"),
    "find_names": (ctypes.c_int32, "m p i ppp"),
    "find_heads": (None, "m p i pppp"),
    "find_sentences": (None, "p i pppp"),
}
_TYPES = {"p": ctypes.c_void_p, "i": ctypes.c_int32, "m": ctypes.POINTER(Model), "l": ctypes.POINTER(Layer)}


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
