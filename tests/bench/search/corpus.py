"""Articles made up by number: the same for a number every time, so that any count of them is streamed, never held.

Words are drawn by Zipf's law (frequency falls as one over the rank, 1949), the most frequent are English's own, a
quarter of the others is inflected. What an article holds is what extraction gives for news of this length; see
docs/bench-search.md. Some articles are copies of an earlier one, with its cluster.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from random import Random
from typing import Any

from wiredesk.events import ArticleExtracted

__all__ = ["News"]

_COMMON = """
the of and to in a is that for it as was with be by on not he his but at are this have from which or had an they you
were their one all we can her has there been if more when will would who so no out up into about than its only other new
some could time these two may then do first any my now such like our over me even most made after also did many before
must through back years where much your way well down should because each just those people
"""
_STARTS = (
    "b",
    "d",
    "f",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "br",
    "dr",
    "fl",
    "gr",
    "kl",
    "pr",
    "st",
)
_VOWELS = ("a", "e", "i", "o", "u")
_ENDS = ("k", "p", "b")
"""After which Porter's stemmer takes an ending off and changes nothing else: inflections have one stem."""
_INFLECTIONS = ("s", "ed", "ing")
_FIRST = ("Ada", "Ben", "Cleo", "Dan", "Elsa", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Leo", "Mara", "Nils")
_FORMS = ("Council", "Bank", "Union", "Institute", "Ministry", "Group", "Agency", "Party", "Court", "Federation")
_CUES = ("said", "told reporters", "added", "argued")
_LANGUAGES = ("en", "de", "fr", "es")
_LANGUAGE_SHARES = (85, 6, 5, 4)

_WORDS = 60_000
_PEOPLE, _ORGANIZATIONS, _PLACES, _SOURCES = 30_000, 8000, 3000, 60
_FIRST_DAY = datetime(2016, 1, 1, tzinfo=UTC)
_DAYS = 3652
_COPY_EVERY = 6
"""Of so many articles in a row the last is a copy of the first."""
_EPOCH_MS = 1_006_502_400_000


class _Drawn:
    """Values drawn by rank: the first most often."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values
        self._weights = list(accumulate(1 / rank for rank in range(1, len(values) + 1)))

    def draw(self, chance: Random, count: int) -> list[str]:
        return chance.choices(self.values, cum_weights=self._weights, k=count)

    def some(self, chance: Random, count: int) -> list[str]:
        """Different ones, up to `count`."""
        return list(dict.fromkeys(self.draw(chance, count)))


class _Text:
    """Text that grows, and knows where its pieces stand."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, words: str) -> dict[str, Any]:
        start = self._length
        self._pieces.append(words)
        self._length += len(words)
        return {"start": start, "end": self._length, "text": words}

    def __str__(self) -> str:
        return "".join(self._pieces)


class News:
    """All articles there are. What questions ask for is drawn from the same words and names."""

    @cached_property
    def words(self) -> _Drawn:
        """By frequency."""
        chance = Random(1)
        made = dict.fromkeys(_COMMON.split())
        while len(made) < _WORDS:
            syllables = (chance.choice(_STARTS) + chance.choice(_VOWELS) for _ in range(chance.choice((2, 2, 3))))
            made[f"{''.join(syllables)}{chance.choice(_ENDS)}"] = None
        return _Drawn(list(made))

    @cached_property
    def people(self) -> _Drawn:
        """Full names, the most spoken of first."""
        return _Drawn(self._named(_PEOPLE, 2, lambda chance, name: f"{chance.choice(_FIRST)} {name}"))

    @cached_property
    def organizations(self) -> _Drawn:
        """Likewise."""
        return _Drawn(self._named(_ORGANIZATIONS, 3, lambda chance, name: f"{name} {chance.choice(_FORMS)}"))

    @cached_property
    def places(self) -> _Drawn:
        """Likewise."""
        return _Drawn(self._named(_PLACES, 4, lambda _, name: name))

    @cached_property
    def sources(self) -> _Drawn:
        """Newspapers, the busiest first."""
        return _Drawn(self._named(_SOURCES, 5, lambda _, name: f"The {name} Post"))

    @staticmethod
    def _named(count: int, seed: int, form: Any) -> list[str]:
        chance = Random(seed)
        made: dict[str, None] = {}
        while len(made) < count:
            name = "".join(chance.choice(_STARTS) + chance.choice(_VOWELS) for _ in range(3)).title()
            made[form(chance, name)] = None
        return list(made)

    def batches(self, numbers: range, size: int) -> Iterator[list[ArticleExtracted]]:
        """The articles of these numbers, `size` at a time."""
        for at in range(0, len(numbers), size):
            yield [self.article(number) for number in numbers[at : at + size]]

    def article(self, number: int) -> ArticleExtracted:
        """One of some 350 words."""
        original = number - _COPY_EVERY + 1 if number % _COPY_EVERY == _COPY_EVERY - 1 else number
        chance = Random(number)
        submission_ms = _EPOCH_MS + number * 1000
        published = _FIRST_DAY + timedelta(days=_DAYS * chance.random() ** 0.7)
        return ArticleExtracted.model_validate(
            {
                **self._body(original),
                "article_id": f"article-{number}",
                "revision": submission_ms << 12,
                "submission_id": f"{submission_ms}-0",
                "url": f"https://news.example/{number}",
                "source": self.sources.draw(chance, 1)[0],
                "language": chance.choices(_LANGUAGES, _LANGUAGE_SHARES)[0],
                "published_at": published.isoformat(timespec="seconds"),
                "content_hash": f"{original:064x}",
                "cluster_id": f"article-{original}",
                "extractor": "bench/1",
            }
        )

    def _body(self, number: int) -> dict[str, Any]:
        """What copies share: words and facts."""
        chance = Random(-1 - number)
        people = [_entity("person", name) for name in self.people.some(chance, 5)]
        others = [_entity("organization", name) for name in self.organizations.some(chance, 4)]
        places = [_entity("place", name) for name in self.places.some(chance, 6)]
        entities = people + others + places
        text, quotes, dates = _Text(), [], []
        for paragraph in range(8):
            if paragraph:
                text.add("\n\n")
            for _ in range(2):
                self._sentence(chance, text, chance.choice(entities), chance.randrange(9, 17))
                text.add(" ")
            if paragraph % 4:
                quotes.append(self._quote(chance, text, chance.choice(people)))
            if paragraph % 4 != 3:
                text.add(" ")
                day = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))
                text.add("It happened on ")
                dates.append(
                    {**text.add(f"{day:%B} {day.day}, {day.year}"), "type": "DATE", "value": f"{day:%Y-%m-%d}"}
                )
                text.add(" in ")
                self._mention(text, chance.choice(places))
                text.add(".")
        return {
            "title": " ".join(self._drawn(chance, 8)).capitalize(),
            "deck": " ".join(self._drawn(chance, 16)).capitalize(),
            "byline": f"By {chance.choice(_FIRST)} Writer",
            "text": str(text),
            "entities": [entity for entity in entities if entity["mentions"]],
            "quotes": quotes,
            "dates": dates,
            "places": [
                {
                    "entity_id": place["id"],
                    "geonames_id": 1000 + at,
                    "latitude": chance.uniform(-60, 70),
                    "longitude": chance.uniform(-180, 180),
                    "country_code": "GB",
                }
                for at, place in enumerate(places)
                if place["mentions"]
            ],
        }

    def _drawn(self, chance: Random, count: int) -> list[str]:
        return [
            word + chance.choice(_INFLECTIONS) if word[-1] in _ENDS and chance.random() < 0.25 else word
            for word in self.words.draw(chance, count)
        ]

    def _sentence(self, chance: Random, text: _Text, entity: dict[str, Any], words: int) -> None:
        drawn = self._drawn(chance, words)
        text.add(f"{' '.join(drawn[:5]).capitalize()} ")
        self._mention(text, entity)
        text.add(f" {' '.join(drawn[5:])}.")

    def _quote(self, chance: Random, text: _Text, speaker: dict[str, Any]) -> dict[str, Any]:
        text.add("“")
        said = text.add(f"{' '.join(self._drawn(chance, chance.randrange(8, 20))).capitalize()},")
        text.add("” ")
        mention = self._mention(text, speaker)
        text.add(" ")
        cue = text.add(chance.choice(_CUES))
        text.add(".")
        return {
            **said,
            "speaker": {**mention, "entity_id": speaker["id"], "name": speaker["name"], "confidence": 0.9},
            "cue": cue,
        }

    @staticmethod
    def _mention(text: _Text, entity: dict[str, Any]) -> dict[str, Any]:
        mention = text.add(entity["name"])
        entity["mentions"].append({**mention, "kind": "name"})
        return mention


def _entity(type: str, name: str) -> dict[str, Any]:
    return {
        "id": f"{type}:{name.lower().replace(' ', '-')}",
        "type": type.capitalize(),
        "name": name,
        "roles": ["minister"] if type == "person" and len(name) % 3 == 0 else [],
        "mentions": [],
    }
