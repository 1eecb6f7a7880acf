"""Products, layers and windows of the kernels are what plain numpy makes of them, whatever the shapes and registers."""

import platform
from collections.abc import Iterator

import numpy as np
import pytest
from wiredesk_extraction.engine.encoder import encode, padded_places
from wiredesk_extraction.engine.native import PANEL, kernels
from wiredesk_extraction.engine.panels import filled, in_panels, multiply
from wiredesk_extraction.engine.weights import Embedding, Encoder, Layer

WIDEST = 1 << 30
REGISTERS = sorted({kernels().use_registers(floats) for floats in (4, 8, 16, WIDEST)})
"""Floats that each kind of registers of this machine holds."""
FUSING = [floats for floats in REGISTERS if floats != 4 or platform.machine() not in {"x86_64", "AMD64"}]
"""All but SSE's, which round each product before it is added."""


@pytest.fixture(params=REGISTERS, ids="{} floats".format)
def registers(request: pytest.FixtureRequest) -> Iterator[int]:
    kernels().use_registers(request.param)
    yield request.param
    kernels().use_registers(WIDEST)


def _some(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize("rows", [0, 1, 2, 3, 5, 6, 7, 11, 12, 13, 47, 48, 49, 100])
@pytest.mark.parametrize(("inputs", "columns"), [(1, 16), (64, 106), (300, 96), (7, 1), (96, 250)])
def test_a_product_is_that_of_the_matrix(rows: int, inputs: int, columns: int) -> None:
    rng = np.random.default_rng(rows)
    given, matrix, start = _some(rng, rows, inputs), _some(rng, inputs, columns), _some(rng, columns)
    found = multiply(given, in_panels(matrix), filled(start, -np.inf))
    expected = given.astype(np.float64) @ matrix + start
    assert found.shape[1] == columns + -columns % PANEL
    np.testing.assert_allclose(found[:, :columns], expected, atol=inputs * 1e-6)
    assert (found[:, columns:] == -np.inf).all()


@pytest.mark.usefixtures("registers")
def test_what_a_row_comes_to_depends_on_no_other_row() -> None:
    rng = np.random.default_rng(3)
    given, panels, start = _some(rng, 101, 96), in_panels(_some(rng, 96, 160)), _some(rng, 160)
    together = multiply(given, panels, start)
    for first, end in ((0, 1), (4, 9), (17, 23), (50, 101)):
        np.testing.assert_array_equal(multiply(given[first:end], panels, start), together[first:end])


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize("registers", FUSING, indirect=True, ids="{} floats".format)
def test_registers_that_multiply_and_add_at_once_come_to_the_same_digits_everywhere() -> None:
    rng = np.random.default_rng(4)
    given, matrix, start = _some(rng, 101, 96), _some(rng, 96, 160), _some(rng, 160)
    expected = np.tile(start, (len(given), 1))
    for at, weights in enumerate(matrix):
        expected = (given[:, at, None].astype(np.longdouble) * weights + expected).astype(np.float32)
    np.testing.assert_array_equal(multiply(given, in_panels(matrix), start), expected)


def _layer(rng: np.random.Generator, width: int, pieces: int) -> tuple[Layer, np.ndarray]:
    """A layer over windows of three, and its matrix."""
    matrix = _some(rng, 3 * width, pieces * width) / np.float32(width)
    bias, gain, shift = _some(rng, pieces * width), _some(rng, width), _some(rng, width)
    return Layer(in_panels(matrix), bias, gain, shift, pieces), matrix


def _encoded(layers: list[tuple[Layer, np.ndarray]], embedded: np.ndarray) -> np.ndarray:
    """One document through the layers, with as many rows of zeros around it as spaCy has."""
    width = embedded.shape[1]
    vectors = np.pad(embedded.astype(np.float64), [(len(layers), len(layers)), (0, 0)])
    for layer, matrix in layers:
        around = np.pad(vectors, [(1, 1), (0, 0)])
        windows = np.concatenate([around[:-2], around[1:-1], around[2:]], axis=1)
        best = (windows @ matrix + layer.bias).reshape(-1, layer.pieces, width).max(axis=1)
        centred = best - best.mean(axis=1, keepdims=True)
        vectors = vectors + centred / np.sqrt(best.var(axis=1, keepdims=True) + 1e-8) * layer.gain + layer.shift
    return vectors[len(layers) : -len(layers)]


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize(
    ("width", "pieces", "depth", "lengths"),
    [
        (96, 3, 4, [1]),
        (96, 3, 4, [3, 1, 50, 2, 120]),
        (16, 1, 1, [3, 1, 5]),
        (32, 2, 2, [2, 2, 2]),
        (128, 4, 3, [7, 30]),
        (512, 4, 1, [2, 9]),
        (48, 3, 6, [1, 1, 1, 4]),
    ],
)
def test_documents_go_through_residual_layers_of_maxout_over_windows_with_layer_norm(
    width: int, pieces: int, depth: int, lengths: list[int]
) -> None:
    rng = np.random.default_rng(5)
    layers = [_layer(rng, width, pieces) for _ in range(depth)]
    documents = [_some(rng, length, width) for length in lengths]
    encoder = Encoder(Embedding((), (), (), None, layers[0][0]), tuple(layer for layer, _ in layers))
    found = encode(encoder, np.concatenate(documents), *padded_places(np.array(lengths), depth))
    expected = np.concatenate([_encoded(layers, document) for document in documents])
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_documents_stand_as_far_apart_as_asked() -> None:
    places, rows = padded_places(np.array([3, 1, 5]), 2)
    assert places.tolist() == [2, 3, 4, 7, 10, 11, 12, 13, 14]
    assert rows == 17


def test_a_document_beside_others_comes_to_the_same_digits() -> None:
    rng = np.random.default_rng(6)
    layers = tuple(_layer(rng, 96, 3)[0] for _ in range(4))
    encoder = Encoder(Embedding((), (), (), None, layers[0]), layers)
    lengths = np.array([5, 60, 1, 33])
    embedded = _some(rng, int(lengths.sum()), 96)
    together = encode(encoder, embedded, *padded_places(lengths, 4))
    for first, end in ((0, 5), (5, 65), (65, 66), (66, 99)):
        alone = encode(encoder, embedded[first:end], *padded_places(np.array([end - first]), 4))
        np.testing.assert_array_equal(alone, together[first:end])
