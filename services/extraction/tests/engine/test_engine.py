"""What the engine refuses, what it remembers, and how its kernels compute and are built."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import spacy
from spacy.attrs import NORM
from spacy.language import Language
from wiredesk_extraction.engine import Engine, UnknownArchitecture
from wiredesk_extraction.engine.from_spacy import vectors_of, weights_of
from wiredesk_extraction.engine.priming import primer_of
from wiredesk_extraction.engine.projectivity import reattach
from wiredesk_extraction.engine.transitions import find_sentences
from wiredesk_extraction.engine.weights import Weights
from wiredesk_extraction.engine.weights_file import read_weights, write_weights
from wiredesk_extraction.pipeline import load_reader
from wiredesk_extraction.reader import Reader
from wiredesk_extraction.stock import Stock

from .conftest import Read

SERVICE = Path(__file__).resolve().parents[2]
TEXT = "“We sail on Monday,” said Jon Berg, who owns the line.\n\nIt rained in Bergen.\nHe left."


def test_a_pipeline_of_other_components_is_refused_by_name() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    with pytest.raises(UnknownArchitecture, match="sentencizer"):
        weights_of(nlp)


def _look_at_lower_case(nlp: Language) -> None:
    for node in nlp.get_pipe("ner").model.walk():
        if node.name == "extract_features":
            node.attrs["columns"] = ["LOWER", *node.attrs["columns"][1:]]


def _drop_hidden_units(nlp: Language) -> None:
    lower = nlp.get_pipe("ner").model.get_ref("lower")
    lower.set_param("W", lower.get_param("W")[:, :60])


SPOILT: dict[str, tuple[Callable[[Language], object], str]] = {
    "beam": (lambda nlp: nlp.get_pipe("parser").cfg.update(beam_width=4), "beam"),
    "unseen class": (lambda nlp: nlp.get_pipe("ner").model.attrs["unseen_classes"].add(3), "not trained for"),
    "padding": (lambda nlp: nlp.get_pipe("tok2vec").model.get_ref("encode").attrs.update(pad=2), "one token"),
    "own encoder": (lambda nlp: setattr(nlp.get_pipe("parser"), "model", nlp.get_pipe("ner").model), "of its own"),
    "embedding": (_look_at_lower_case, "looks at"),
    "norm": (lambda nlp: nlp.vocab.lex_attr_getters.update({NORM: str.upper}), "way of its own to find NORM"),
    "lexeme": (lambda nlp: setattr(nlp.vocab["Oslo"], "norm_", "bergen"), "norms of their own"),
    "tokeniser": (lambda nlp: setattr(nlp, "tokenizer", nlp.tokenizer.explain), "tokeniser"),
    "search": (lambda nlp: setattr(nlp.tokenizer, "token_match", str.isdigit), "no regular expression"),
    "hidden units": (_drop_hidden_units, "60 hidden units"),
    "label": (lambda nlp: nlp.get_pipe("parser").add_label("subtok"), "not trained for"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_model_that_computes_otherwise_is_refused(case: str, nlp: Language) -> None:
    spoil, reason = SPOILT[case]
    other = spacy.load(nlp.path, exclude=["lemmatizer", "attribute_ruler", "senter", "vocab"])
    spoil(other)
    with pytest.raises(UnknownArchitecture, match=reason):
        weights_of(other)


def test_a_pipeline_that_the_engine_refuses_is_read_by_spacy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Jon Berg"}])
    nlp.to_disk(tmp_path / "ruled")
    parse = load_reader(str(tmp_path / "ruled"), 400_000).read(TEXT)
    assert [parse.words_between(name.first, name.last) for name in parse.names] == ["Jon Berg"]
    assert "pipeline.read_by_spacy" in capsys.readouterr().out
    assert len(parse.sentences) == 3  # without sentences of its own, each line is one


def test_a_pipeline_without_the_vectors_it_was_trained_with_is_refused(weights: Weights) -> None:
    with pytest.raises(UnknownArchitecture, match="no static vectors"):
        Engine(weights, None)


def test_vectors_by_spelling_are_those_of_spacy_and_zeros_for_a_word_without(nlp: Language) -> None:
    vectors = vectors_of(nlp)
    assert vectors
    [known, unknown] = vectors.get_batch(np.array([nlp.vocab["sail"].orth, nlp.vocab["Xqzzyt"].orth], dtype=np.uint64))
    np.testing.assert_array_equal(known, nlp.vocab["sail"].vector)
    assert not unknown.any()


def test_engine_and_spacy_make_the_same_parse_of_an_article(nlp: Language, engine: Engine, stock: Stock) -> None:
    for text in (TEXT, TEXT.replace(" ", "  "), "\t\n x \n", "", "A  \u00a0 b.\n" * 2000):
        assert Reader(nlp.meta, engine, 400_000).read(text) == Reader(nlp.meta, stock, 400_000).read(text)


def _embedded(engine: Engine, text: str) -> list[np.ndarray]:
    tokens = engine.tokeniser.cut([text])
    engine.types.learn(engine.tokeniser.types)
    return engine.types.embeddings(engine.types.look_up(tokens.types, tokens.spaced))


def test_what_was_read_before_does_not_change_what_is_found(nlp: Language, weights: Weights) -> None:
    """Types are embedded once, together with whatever else was new; not a digit may depend on that."""
    texts = [f"{name} met Ada Holm in Oslo on Monday." for name in ("Jon Berg", "The minister", "Ferry Lines Ltd.")]
    vectors = []
    for order in (texts, texts[::-1]):
        engine = Engine(weights, vectors_of(nlp))
        vectors.append({text: _embedded(engine, text) for text in order})
    for text in texts:
        assert all(np.array_equal(a, b) for a, b in zip(vectors[0][text], vectors[1][text], strict=True))


def test_what_is_remembered_is_bounded_and_being_forgotten_changes_nothing(
    nlp: Language, weights: Weights, by_engine: Read
) -> None:
    small = Engine(weights, vectors_of(nlp), remembered=12)
    for text in ("Ada Holm left Oslo.", "Jon Berg of Bergen (NO) stayed there.", "She didn't.", "Ada Holm left Oslo."):
        ours = small.read([text])
        [theirs] = by_engine([text])
        assert (ours.tags, ours.heads.tolist(), ours.names) == (theirs["tags"], theirs["heads"], theirs["names"])
    assert 5 <= len(small.tokeniser.types) <= 12 + 5


KNOWN = "Ada met The met, didn't Gen. in (NO) Oslo. minister; 10km on"


def primed(nlp: Language, weights: Weights) -> Weights:
    return replace(weights, primer=primer_of(weights, vectors_of(nlp), KNOWN.split()))


class NoneLeft:
    """Vectors that nobody should ask for."""

    def get_batch(self, keys: np.ndarray) -> np.ndarray:
        raise AssertionError(keys)


def test_what_is_known_from_the_start_is_what_would_be_found(nlp: Language, weights: Weights) -> None:
    """To the last digit: words that a primer knows, stand otherwise than it knows them, or are new."""
    texts = [KNOWN, f"{KNOWN} ", KNOWN.replace(" ", "  "), "The minister met Jon Berg,in Oslo,on 10km.", "She left."]
    known, plain = Engine(primed(nlp, weights), vectors_of(nlp)), Engine(weights, vectors_of(nlp))
    for text in texts:
        assert known.tokeniser.cut([text]).lengths.tolist() == plain.tokeniser.cut([text]).lengths.tolist()
        for ours, theirs in zip(_embedded(known, text), _embedded(plain, text), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        ours, theirs = known.read([text]), plain.read([text])
        assert (ours.tags, ours.heads.tolist(), ours.names) == (theirs.tags, theirs.heads.tolist(), theirs.names)


def test_nothing_that_is_known_from_the_start_is_embedded_again(nlp: Language, weights: Weights) -> None:
    engine = Engine(primed(nlp, weights), NoneLeft())
    assert engine.read([f"{KNOWN} "]).tags == Engine(weights, vectors_of(nlp)).read([f"{KNOWN} "]).tags


def test_what_is_known_from_the_start_is_not_forgotten(nlp: Language, weights: Weights, by_engine: Read) -> None:
    small = Engine(primed(nlp, weights), vectors_of(nlp), remembered=3)
    at_first, words = len(small.tokeniser.types), "Jon Berg and Ada met. They didn't stay in Oslo. Who stays there?"
    for text in words.split(". ") * 2:
        [theirs] = by_engine([text])
        assert small.read([text]).heads.tolist() == theirs["heads"]
        assert at_first <= len(small.tokeniser.types) <= at_first + 3 + len(text.split()) + 3


def test_a_text_of_more_types_than_are_remembered_is_read(nlp: Language, weights: Weights, by_engine: Read) -> None:
    text = "Ada Holm, who left Oslo for Bergen on Monday, didn't say when."
    [theirs] = by_engine([text])
    assert Engine(weights, vectors_of(nlp), remembered=2).read([text]).heads.tolist() == theirs["heads"]


def test_compiled_weights_are_those_of_the_pipeline(nlp: Language, weights: Weights, tmp_path: Path) -> None:
    weights = primed(nlp, weights)
    write_weights(nlp.path, weights, tmp_path / "weights")
    found = read_weights(nlp.path, tmp_path / "weights")
    assert found
    assert found.primer
    assert weights.primer
    assert (found.primer.parts(), found.primer.cuts()) == (weights.primer.parts(), weights.primer.cuts())
    np.testing.assert_array_equal(found.primer.rows[1], weights.primer.rows[1])
    assert found.rules == weights.rules
    assert found.meta == weights.meta
    np.testing.assert_array_equal(found.own.layers[-1].panels, weights.own.layers[-1].panels)
    assert Engine(found, vectors_of(nlp)).read([TEXT]).tags == Engine(weights, vectors_of(nlp)).read([TEXT]).tags


def test_compiled_weights_of_another_pipeline_are_not_taken(nlp: Language, weights: Weights, tmp_path: Path) -> None:
    write_weights(nlp.path, weights, tmp_path / "weights")
    spacy.blank("en").to_disk(tmp_path / "other")
    assert read_weights(tmp_path / "other", tmp_path / "weights") is None
    assert read_weights(nlp.path, tmp_path / "none") is None


def test_the_weights_of_the_default_pipeline_are_compiled_and_need_no_spacy() -> None:
    """What installing has made serves: nothing else in the tests would notice its absence but by memory and time."""
    asked = (
        "import sys; from wiredesk_extraction.pipeline import load_reader; "
        "from wiredesk_extraction.settings import DEFAULT_MODEL; "
        "print(len(load_reader(DEFAULT_MODEL, 400_000).read('Ada Holm left Oslo.').words), "
        "'spacy' in sys.modules, 'thinc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["5", "False", "False"], "run make setup"


def test_sentences_start_at_the_left_edge_of_each_root() -> None:
    offsets = np.array([0, 5, 8], dtype=np.int32)
    heads = np.array([1, 1, 3, 3, 3, 2, 2, 2], dtype=np.int32)  # two sentences, then one
    left, right, starts = find_sentences(offsets, heads)
    assert starts.tolist() == [1, 0, 1, 0, 0, 1, 0, 0]
    assert (left.tolist(), right.tolist()) == ([0, 0, 2, 2, 4, 0, 1, 0], [0, 1, 2, 4, 4, 0, 1, 2])


def test_an_arc_with_two_labels_goes_to_the_nearest_that_has_the_second() -> None:
    # hearing is scheduled on issue: "on" hangs on the verb and belongs to the subject
    heads, labels = [2, 2, 2, 2, 3], ["nsubj", "aux", "ROOT", "prep||nsubj", "pobj"]
    reattach(heads, labels, ([0, 1, 0, 3, 4], [0, 1, 4, 4, 4]), [0] * 5)
    assert (heads, labels) == ([2, 2, 2, 0, 3], ["nsubj", "aux", "ROOT", "prep", "pobj"])


def test_an_arc_whose_second_label_is_nowhere_stays() -> None:
    heads, labels = [1, 1, 1], ["aux", "ROOT", "prep||dobj"]
    reattach(heads, labels, ([0, 0, 2], [0, 2, 2]), [0] * 3)
    assert (heads, labels) == ([1, 1, 1], ["aux", "ROOT", "prep"])


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", SERVICE / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_kernels_are_compiled_by_cc_then_cc_on_the_path_then_ziglang(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CC", "clang -m64")
    assert build._compiler() == ["clang", "-m64"]
    monkeypatch.delenv("CC")
    (tmp_path / "cc").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build._compiler() == [str(tmp_path / "cc")]
    (tmp_path / "cc").unlink()
    (tmp_path / "ziglang.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert build._compiler() == [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]


def test_without_a_compiler_the_cure_is_named(build: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="install gcc or clang, or the Python package ziglang"):
        build._compiler()


def test_a_compiler_that_fails_is_quoted(build: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CC", f"{sys.executable} -c 'raise SystemExit(\"no such option\")'")
    with pytest.raises(RuntimeError, match="no such option"):
        build.compile_kernels(tmp_path)
