"""Bylines: the people in them, one name each, without roles, outlets, addresses and the words around."""

import re
from collections.abc import Iterable

from wiredesk_ingest.characters import clean_line

__all__ = ["is_byline", "people", "printed_names", "without_by"]

_MAX_NAMES = 20
_MAX_LINE_CHARS = 500
_MAX_NAME_CHARS = 80
_MAX_BYLINE_CHARS = 120  # three names, a role and a place; longer lines are prose
_MAX_NAME_WORDS = 5

_BY = re.compile(
    r"(?:(?:written|words|text|story|report(?:ed|ing)?|compiled|edited|interview) by|by|von|par|por|di|door|af|av)\b"
    r"(?::\s*|\s+)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]")
_ADDRESS = re.compile(r"(?<!\S)[^\s@]{0,80}@\S*|(?:https?:|www\.)\S*", re.IGNORECASE)
_PARTS = re.compile(r"[,;|/•·*\n]|\s[-–—/]+\s|\s[&+]\s|\b(?:and|with|und|et|mit|avec)\b(?=\s)", re.IGNORECASE)
# `y`, `e`, `en`, `og`, `och` are parts of names too (Ortega y Gasset): between two full names they join people.
_FULL_NAME_JOINT = re.compile(r"(?<=\S)\s(?:y|e|en|og|och)\s(?=\S)")
_WHERE = re.compile(r"(?<=\S)\s(?:in|at|for|from|of|on|near|aboard|reports?|reporting|writes|aus|à)\b.*", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:correspondents?|reporters?|editors?|writers?|columnists?|journalists?|contributors?|producers?|critics?"
    r"|photographers?|analysts?|interns?|freelancers?|authors?|directors?|professor of|lecturers?|fellows?|bureau|chief"
    r"|korrespondent(?:in)?|redakteur(?:in)?|reporter(?:in)?|autor(?:in)?|journalistes?|correspondante?s?|periodistas?"
    r"|corresponsal(?:es)?|redactora?|redactores|giornalisti?|giornalista|corrispondente|redacteur|verslaggever"
    r"|jornalistas?|colunistas?)\b",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"\b(?:staff|team|desk|newsroom|news|press|media|agency|agencies|agence|agentur|presse|network|service|services"
    r"|international|editorial|editors|bulletin|gazette|herald|tribune|magazine|times|online|digital|television|radio"
    r"|tv|fm|wire|wires|reports|special to|guest|admin(?:istrator)?|anonymous|unknown|none|null|user|webmaster|various"
    r"|contributed|inc|ltd|llc|plc|gmbh|corp|group|university|institute|foundation|ministry|department|committee"
    r"|council|commission|association|society|centre|center|company|publishing|publishers|productions?|podcasts?"
    r"|redaktion|redaktionen|rédaction|redacción|redazione|redactie|redação|agencia|agencias|agenzia|agências?"
    r"|newsletter|blog|sponsored|advertisement|today|yesterday|updated|published|comments?|home|share|follow)\b"
    r"|\.(?:com|net|org|co|info|news|[a-z]{2})\b",
    re.IGNORECASE,
)
_PARTICLE = frozenset(
    ("de", "da", "di", "do", "du", "del", "dela", "della", "dos", "das", "des", "der", "den", "van", "von", "vom", "zu",
     "zur", "ten", "ter", "te", "la", "le", "el", "al", "bin", "bint", "ibn", "ben", "abu", "y", "e", "af", "av", "'t")
)  # fmt: skip
_ELIDED = re.compile(r"[a-z]['’][^\W\d_a-z]")  # d'Alès
_ARTICLES = frozenset(("the", "die", "das", "les", "los", "las"))
_WORD = re.compile(r"[^\W\d_]+(?:[.'’‘-][^\W\d_]+)*[.'’]?")
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)]?$")


def printed_names(values: Iterable[str]) -> tuple[str, ...]:
    """Clean lines fit to print as a byline, each once: no addresses, no handles, without "By"."""
    found: dict[str, None] = {}
    for value in values:
        line = without_by(clean_line(value))
        if 1 < len(line) <= _MAX_NAME_CHARS and not _ADDRESS.search(line) and any(map(str.isalpha, line)):
            found.setdefault(line)
    return tuple(found)[:_MAX_NAMES]


def people(lines: Iterable[str], *, outlet: str = "") -> tuple[str, ...]:
    """The people in bylines, in order, each once; `outlet` is the name of the one that publishes, if known.

    A person is told by a name of two to five words, each with a capital (or in a script without them), none of them a
    role's or an organisation's. Single words are agencies, desks and handles more often than people.
    """
    found: dict[str, str] = {}
    for line in lines:
        for part in _parts(without_by(clean_line(line[:_MAX_LINE_CHARS]))):
            name = _name(part)
            if name and name.casefold() != outlet.casefold():
                found.setdefault(name.casefold(), name)
    return tuple(found.values())[:_MAX_NAMES]


def is_byline(line: str) -> bool:
    """Whether a whole trimmed line says who wrote the story.

    "By Ann Bell in Moscow" does, and "Ann Bell, Science Correspondent": without a "By" a role has to follow the name.
    """
    if len(line) > _MAX_BYLINE_CHARS or "\n" in line or _SENTENCE_END.search(line):
        return False
    rest = without_by(line)
    words = rest.split()
    if 2 * sum(word[0].islower() for word in words) > len(words):
        return False
    if rest != line:
        return bool(people([rest])) or (rest[:1].isupper() and _NO_PERSON.search(rest) is not None)
    name, _, role = line.partition(",")
    return bool(_name(name)) and not people([role]) and _ROLE.search(role) is not None


def without_by(line: str) -> str:
    """A byline without the "By" in front."""
    match = _BY.match(line)
    return line[match.end() :] if match and line[match.end() : match.end() + 1].strip() else line


def _parts(line: str) -> list[str]:
    inverted = line.split(",")
    if len(inverted) == 2 and all(_is_single_name(part.strip()) for part in inverted):  # "Bell, Ann"
        return [f"{inverted[1].strip()} {inverted[0].strip()}"]
    line = _ADDRESS.sub(" ", _ASIDE.sub(",", line))
    parts = []
    for part in _PARTS.split(line):
        both = _FULL_NAME_JOINT.split(part.strip())
        parts += both if len(both) > 1 and all(" " in one for one in both) else [part.strip()]
    return parts


def _is_single_name(word: str) -> bool:
    return " " not in word and word[:1].isupper() and _WORD.fullmatch(word) is not None and not _NO_PERSON.search(word)


def _name(part: str) -> str:
    """The person's name in a part of a byline, empty where it is a role, an outlet or none."""
    part = without_by(_WHERE.sub("", part).strip())
    role = _ROLE.search(part)
    if role:  # "Science Correspondent Ann Bell"
        part = part[role.end() :].strip()
    words = part.split()
    if not words or len(part) > _MAX_NAME_CHARS or len(words) > _MAX_NAME_WORDS or _NO_PERSON.search(part):
        return ""
    if not all(_WORD.fullmatch(word) for word in words) or _is_named_like_an_outlet(words):
        return ""
    if len(words) == 1:
        return part if _is_caseless(part) and len(part) > 1 else ""
    rest = [word for word in words if word[0].islower() and not _ELIDED.match(word)]
    capitals = [word for word in words if word not in rest]
    starts_right = words[0] in capitals or words[0].casefold() in _PARTICLE
    spelt = all(word.casefold() in _PARTICLE for word in rest)
    return part if len(capitals) >= 2 - bool(rest) and words[-1] in capitals and starts_right and spelt else ""


def _is_named_like_an_outlet(words: list[str]) -> bool:
    """`The Echo`, or an acronym before words that are not in capitals (`XYZ Sport`)."""
    first, last = words[0], words[-1]
    return first.casefold() in _ARTICLES or (
        len(first) > 2 and first.isalpha() and first.isupper() and not last.isupper()
    )


def _is_caseless(word: str) -> bool:
    return all(letter.upper() == letter.lower() for letter in word)
