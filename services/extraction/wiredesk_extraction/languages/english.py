"""English. Its rules are the deep ones of the package around this folder; here is what remains without its pipeline."""

from wiredesk_extraction.honorifics import COURTESY, OFFICES, gender_of
from wiredesk_extraction.languages.language import Example, Language
from wiredesk_extraction.reporting import STRONG

__all__ = ["ENGLISH"]

_ARTICLES = "the a an this that these those his her its their our my"
_PREPOSITIONS = "of to with for by against on at in from about after before under over between without"
_FILLERS = "also then later but and yet so still however earlier meanwhile"

ENGLISH = Language(
    code="en",
    name="English",
    pipeline="en_core_web_md",
    deep=True,
    marks=(("“", "”"), ("‘", "’"), ("'", "'")),
    verbs=tuple(sorted(form for form in STRONG if not form.endswith("ing"))),
    according=("according to",),
    articles=tuple(_ARTICLES.split()),
    pronouns={"he": "m", "she": "f"},
    prepositions=tuple(_PREPOSITIONS.split()),
    addresses={word: gender_of(word) for word in COURTESY},
    offices=dict.fromkeys(OFFICES, ""),
    particles=("de", "du", "van", "von", "bin", "al", "la"),
    fillers=tuple(_FILLERS.split()),
    examples=(
        Example(
            "“We are closing the harbour,” said Nora Fenwright on 23 November 2001.",
            "We are closing the harbour", "Nora Fenwright", "said", ("2001-11-23",),
        ),
    ),
)  # fmt: skip
