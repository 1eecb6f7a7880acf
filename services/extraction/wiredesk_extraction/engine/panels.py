"""Matrices as the kernels read them: in panels of a few columns, one panel after the other."""

import numpy as np

from wiredesk_extraction.engine.native import PANEL, address, kernels

__all__ = ["filled", "in_panels", "multiply"]


def filled(array: np.ndarray, filling: float = 0) -> np.ndarray:
    """The array with so many more columns that whole panels hold them."""
    rest = -array.shape[-1] % PANEL
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, rest)], constant_values=filling)


def in_panels(matrix: np.ndarray) -> np.ndarray:
    """(inputs, columns) -> (panels, inputs, `PANEL`): the columns side by side, zeros for those the last has over."""
    columns = filled(matrix)
    return np.ascontiguousarray(columns.reshape(len(matrix), -1, PANEL).transpose(1, 0, 2), dtype=np.float32)


def multiply(rows: np.ndarray, panels: np.ndarray, start: np.ndarray) -> np.ndarray:
    """`start` (columns) + `rows` (n, inputs) x `panels`: (n, columns), with those that fill the last panel.

    What a row comes to depends on that row alone, to the last digit, not on those beside it.
    """
    width, depth, _ = panels.shape
    products = np.empty((len(rows), width * PANEL), dtype=np.float32)
    sizes = (rows.shape[1], len(rows))
    kernels().multiply(address(rows), *sizes, address(panels), depth, width, address(start), address(products))
    return products
