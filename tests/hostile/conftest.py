"""Makes the hostile texts importable as `hostile`; the model and the gazetteer are loaded once for all tests."""

import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_TESTS), str(_TESTS.parent)]
