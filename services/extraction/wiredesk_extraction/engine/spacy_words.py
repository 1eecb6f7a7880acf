"""What a spaCy pipeline knows of words before it reads any: the rules of its tokeniser, and its features of words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from re import Pattern
from typing import Any

import numpy as np
from spacy.attrs import IDS, NORM, ORTH
from spacy.lang.lex_attrs import LEX_ATTRS
from spacy.language import Language
from spacy.symbols import IDS as RESERVED
from spacy.tokenizer import Tokenizer
from spacy.util import _get_attr_unless_lookup

from wiredesk_extraction.engine.lexicon import FEATURES, Lexicon
from wiredesk_extraction.engine.tokeniser import Part, Rules, special_patterns
from wiredesk_extraction.engine.weights import UnknownArchitecture

__all__ = ["lexicon_of", "rules_of"]


def lexicon_of(vocab: Any) -> Lexicon:
    """How the vocabulary numbers the features of a word. Raises UnknownArchitecture when it has features of its own."""
    getters: Mapping[int, Callable[[str], Any]] = vocab.lex_attr_getters
    norms, norm = _exceptions(getters[NORM])
    for name in FEATURES:
        number = IDS[name]
        if number != ORTH and (norm if number == NORM else getters[number]) is not LEX_ATTRS[number]:
            raise UnknownArchitecture(f"the vocabulary has a way of its own to find {name}")
    if any(getters[NORM](lexeme.orth_) != lexeme.norm_ for lexeme in vocab):
        raise UnknownArchitecture("the vocabulary has words with norms of their own")
    none = np.empty(0, dtype=np.uint64)
    plain = Lexicon(none, none, none, none)
    strings = [string for string in RESERVED if string]
    reserved = Lexicon(*_ascending(plain.numbers(strings), [RESERVED[string] for string in strings]), none, none)
    spellings = [key for key in norms if isinstance(key, str)]
    by_number = dict(zip(reserved.numbers(spellings).tolist(), [norms[key] for key in spellings], strict=True))
    by_number.update({key: value for key, value in norms.items() if isinstance(key, int)})
    known, numbers = _ascending(list(by_number), reserved.numbers(list(by_number.values())))
    return Lexicon(reserved.reserved, reserved.reserved_numbers, known, numbers)


def _exceptions(getter: Any) -> tuple[dict[str | int, str], Any]:
    """Norms that are looked up, by spelling or its number, and what finds those of other words."""
    tables: list[Mapping[str | int, str]] = []
    while getattr(getter, "func", None) is _get_attr_unless_lookup:
        getter, lookups = getter.args
        tables += lookups
    return {key: norm for table in reversed(tables) for key, norm in table.items()}, getter


def _ascending(keys: Any, values: Any) -> tuple[np.ndarray, np.ndarray]:
    keys, values = np.array(keys, dtype=np.uint64), np.array(values, dtype=np.uint64)
    order = np.argsort(keys)
    return keys[order], values[order]


def rules_of(nlp: Language, lexicon: Lexicon) -> Rules:
    """What the pipeline's tokeniser goes by. Raises UnknownArchitecture for a tokeniser of another kind."""
    tokenizer: Any = nlp.tokenizer
    if (
        type(tokenizer) is not Tokenizer
        or not tokenizer.faster_heuristics
        or type(nlp).make_doc is not Language.make_doc
    ):
        raise UnknownArchitecture(f"the tokeniser is a {type(tokenizer).__name__} of its own kind")
    searches = {}
    for name in Rules.SEARCHES:
        method = getattr(tokenizer, name)
        pattern = getattr(method, "__self__", None)
        if method is not None and not isinstance(pattern, Pattern):
            raise UnknownArchitecture(f"the tokeniser's {name} is no regular expression")
        if pattern is not None:
            searches[name] = (pattern.pattern, pattern.flags, method.__name__)
    rules = Rules(
        searches,
        {
            special: tuple([_part(properties, nlp.vocab, lexicon) for properties in parts])
            for special, parts in tokenizer.rules.items()
        },
    )
    return replace(rules, patterns=special_patterns(rules))


def _part(properties: Mapping[Any, Any], vocab: Any, lexicon: Lexicon) -> Part:
    """A token of a special case; spaCy has its properties by name or number, as strings or numbers."""
    numbered = {IDS[key] if isinstance(key, str) else key: value for key, value in properties.items()}
    spelt, norm = numbered[ORTH], numbered.get(NORM, 0)
    word = spelt if isinstance(spelt, str) else vocab.strings[spelt]
    return word, int(lexicon.numbers([norm])[0]) if norm and isinstance(norm, str) else norm
