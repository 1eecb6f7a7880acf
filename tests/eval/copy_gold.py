"""The gold set of near copies: stories of this folder, what outlets make of them, and stories that only look alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from .copy_edits import ANY_LANGUAGE, EDITS
from .errors import EvalError
from .gold import load_articles

__all__ = ["ORIGINAL", "Told", "load_copies", "read_stories"]

ORIGINAL = "original"
_COPIES = 5
"""Made of each story, by as many kinds of editing in turn."""
_ROUND_UP = 6
"""Stories of which a round-up takes the beginnings."""
_BEGINNING_CHARS = 240


@dataclass(frozen=True, slots=True)
class Told:
    """One text. Those with the same `story` are copies of one another; `edit` is what was done to this one."""

    story: str
    edit: str
    text: str


def load_copies(articles: Path, stories: Path) -> list[Told]:
    """Every story with its copies, and round-ups, which are copies of nothing. Raises EvalError for a bad file."""
    own = [(article.id, article.reference) for article in load_articles(articles, articles.parent / "pages")]
    told = [(f"article {name}", text) for name, text in own if text]
    for path in sorted(stories.glob("*.txt")):
        told += [(f"{path.stem} {name}", text) for name, text in read_stories(path)]
    kinds = {story: list(ANY_LANGUAGE if story.startswith("languages ") else EDITS) for story, _ in told}
    return [
        *(each for at, (story, text) in enumerate(told) for each in _copies(story, text, kinds[story], at * _COPIES)),
        *_round_ups([text for _, text in told]),
    ]


def _copies(story: str, text: str, kinds: Sequence[str], start: int) -> Iterator[Told]:
    yield Told(story, ORIGINAL, text)
    for kind in islice(cycle(kinds), start % len(kinds), start % len(kinds) + _COPIES):
        yield Told(story, kind, EDITS[kind](text))


def _round_ups(texts: Sequence[str]) -> Iterator[Told]:
    for at in range(0, len(texts) - _ROUND_UP, 3 * _ROUND_UP):
        begun = [text[: text.find(".", _BEGINNING_CHARS) + 1] or text for text in texts[at : at + _ROUND_UP]]
        yield Told(f"round-up {at}", ORIGINAL, "The day in short\n\n" + "\n\n".join(begun))


def read_stories(path: Path) -> list[tuple[str, str]]:
    """Names and texts of a file: `# …` lines, then stories under `== name`.

    A story with a line `--` is a form: after it the form with `{name}` in it, before it one line `name = value; …` for
    each story that is made by filling it in. Raises EvalError, naming the file, for anything else.
    """
    _, *parts = f"\n{path.read_text()}".split("\n== ")
    stories = []
    for part in parts:
        name, _, body = part.partition("\n")
        lines, line, form = body.partition("\n--\n")
        if not line:
            stories.append((name, body.strip()))
            continue
        for at, values in enumerate(lines.strip().splitlines()):
            stories.append((f"{name} {at + 1}", _filled(path, form.strip(), values)))
    if not stories or not all(text for _, text in stories):
        raise EvalError(f"{path}: a story needs a line `== name` and a text after it")
    return stories


def _filled(path: Path, form: str, values: str) -> str:
    pairs = (value.partition("=") for value in values.split(";"))
    try:
        return form.format(**{name.strip(): value.strip() for name, _, value in pairs})
    except (KeyError, ValueError) as error:
        raise EvalError(
            f"{path}: {error} in the form beginning {form[:40]!r} has no value in {values[:40]!r}"
        ) from None
