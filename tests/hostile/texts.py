"""Texts that nobody would print: each kind is made at any size, the same every time."""

from collections.abc import Callable, Iterator, Mapping
from itertools import count, islice
from random import Random

__all__ = ["OTHER_TEXTS", "PAGES", "TEXTS", "Make"]

Make = Callable[[int], str]
"""A text of about as many characters."""

_MONTHS = ("January", "March", "May", "August", "October")
_SYLLABLES = ("ba", "de", "ki", "lo", "mu", "ra", "sen", "tor", "vi", "zan")


def _repeated(unit: str, *, end: str = "") -> Make:
    def make(size: int) -> str:
        return unit * (max(0, size - len(end)) // len(unit)) + end

    return make


def _filled(pieces: Callable[[int], str]) -> Make:
    """Pieces numbered from 0 until the size is reached."""

    def make(size: int) -> str:
        parts: list[str] = []
        length = 0
        for number in count():
            parts.append(pieces(number))
            length += len(parts[-1])
            if length >= size:
                return "".join(parts)
        raise AssertionError("never reached")

    return make


def _name(number: int) -> str:
    """A name for each number; those that share their last two digits share their surname."""
    first, last = divmod(number, 100)
    return f"{_word(first).capitalize()} {_word(last + 100).capitalize()}"


def _word(number: int) -> str:
    found = _SYLLABLES[number % 10]
    while number := number // 10:
        found += _SYLLABLES[number % 10]
    return found


def _nested(opening: str, closing: str, inside: str = "x") -> Make:
    def make(size: int) -> str:
        depth = size // (len(opening) + len(closing))
        return opening * depth + inside + closing * depth

    return make


def _random(alphabet: str) -> Make:
    def make(size: int) -> str:
        return "".join(Random(7).choices(alphabet, k=size))

    return make


def _fenced(size: int) -> str:
    """Ten thousand quotations that open and never close, in one paragraph."""
    each = size // 10_000
    return "".join("“" + f"He said it {number} ".ljust(max(each - 1, 4), "x") for number in range(10_000))[:size]


TEXTS: Mapping[str, Make] = {
    "ten thousand open quotes": _fenced,
    "open quotes": _repeated("“word "),
    "straight quotes": _repeated('" word "'),
    "single quotes": _repeated("'word 's' "),
    "closing quotes": _repeated("word” "),
    "alternating marks": _repeated('«‘"word’»" '),
    "open quotes in paragraphs": _repeated("“He said so.\n\n"),
    "one word": _repeated("a"),
    "one word of digits": _repeated("7"),
    "one word of capitals": _repeated("A"),
    "open brackets": _repeated("( [ "),
    "nested brackets": _nested("(", ")"),
    "nested brackets and names": _nested("(Ole Brandt [", "])"),
    "only punctuation": _random(".,;:!?-–—'\"()[]…/&%"),
    "full stops": _repeated("."),
    "dashes": _repeated("— "),
    "white space": _repeated(" \t", end="x"),
    "line ends": _repeated("\n", end="x"),
    "paragraphs of a letter": _repeated("x\n\n"),
    "right-to-left marks": _repeated("a\u202eb\u200f c\u2067d\u2069 "),
    "emoji": _repeated("👩‍👩‍👧‍👦🇪🇺👍🏽 "),
    "combining characters": _repeated("a" + "\u0301\u0323" * 20 + " "),
    "no sentence end": _repeated("the river and the road and the town of a man who "),
    "said he": _repeated("said he "),
    "he said, she said": _repeated('"No," he said. "Yes," she said. '),
    "according to": _repeated("according to "),
    "that that": _repeated("He said that they said that "),
    "names": _filled(lambda number: f"{_name(number)}, "),
    "names without comma": _filled(lambda number: f"{_name(number)} "),
    "one surname": _filled(lambda number: f"{_word(number + 100).capitalize()} Brandt met Brandt. "),
    "honorifics": _repeated("Mr Lord President Sir Dr "),
    "offices": _repeated("the minister of the president of "),
    "acronyms": _filled(
        lambda number: f"World {_word(number + 100).capitalize()} Union (W{_word(number)[:1].upper()}U) "
    ),
    "places": _repeated("Paris, Texas, London, Ontario, "),
    "dates": _filled(lambda number: f"{number % 28 + 1} {_MONTHS[number % 5]} {1900 + number % 150}, "),
    "relative dates": _repeated("last Tuesday three months later yesterday in the 1990s two weeks ago "),
    "numbers": _filled(lambda number: f"{number} "),
    "figures without end": _repeated("1,000,"),
    "times": _repeated("at 12:30 pm on the 3rd of "),
    "entities of markup": _repeated("&amp;lt;"),
    "mojibake": _repeated("Ã¢â‚¬â„¢ "),
    "angle brackets": _repeated("<"),
    "random letters": _random("abcdefghijklmnopqrstuvwxyzABCDEF \n.,\"'“”"),
}


OTHER_TEXTS: Mapping[str, Make] = {
    "cues": _repeated("sagte dit dijo "),
    "auxiliaries and participles": _repeated("hat a ha gesagt dit dicho "),
    "verbs that come apart": _repeated("teilte fügte gab "),
    "quotes of pronouns": _repeated("„Ja“, sagte sie. « Oui », a-t-il dit. “Sí”, dijo ella. "),
    "quotes without subject": _repeated("“No sé nada”, añadió. „Gar nichts“, ergänzte. "),
    "hearsay": _repeated("Ida Ost sagte nein. Er habe „gar nichts“ gewusst. "),
    "speech dashes": _repeated("— Non, dit-il — sí —dijo— "),
    "speech dashes in paragraphs": _repeated("—No —dijo Ida Ost—. Ya no.\n"),
    "speakers": _filled(lambda number: f"« Non », a dit {_name(number)}. "),
    "one speaker": _repeated("„Nein“, sagte Ministerin Ida Ost. "),
    "offices of one": _filled(lambda number: f"„Nein“, sagte {_word(number).capitalize()}ministerin Ida Ost. "),
    "commas": _repeated("sagte die Leiterin, der Rat, das Amt, "),
    "hyphens at pronouns": _repeated("dit-il-elle-t-il-"),
    "dates of three languages": _repeated("am 3. Mai vor drei Jahren hace dos años il y a un an le lundi 3 mai "),
    "numbers and joints": _repeated("1 de 2 de 3. 4. "),
}
"""Texts made of what the rules for languages other than English look for."""


def _page(body: str) -> str:
    story = "<p>The council met on Monday and agreed to mend the bridge over the river before the winter comes.</p>" * 4
    article = f"<article><h1>A bridge</h1>{story}{body}</article>"
    return f"<html><head><title>A bridge</title></head><body>{article}</body></html>"


def _around(unit: str) -> Make:
    return lambda size: _page(_repeated(unit)(size))


def _attributes(size: int) -> str:
    rows = islice((f' data-{_word(number)}{number}="{number}"' for number in count()), size // 20)
    return _page(f"<div{''.join(rows)}>x</div>")


def _json_ld(size: int) -> str:
    deep = "[" * (size // 2) + "]" * (size // 2)
    return _page(f'<script type="application/ld+json">{{"@type": "NewsArticle", "author": {deep}}}</script>')


def _links() -> Iterator[str]:
    return (f'<li><a href="/{number}">{_name(number)}</a></li>' for number in count())


PAGES: Mapping[str, Make] = {
    "a million <": _repeated("<"),
    "open tags": _around("<div>"),
    "nested elements": lambda size: _page(_nested("<div>", "</div>")(size)),
    "nested inline": lambda size: _page(_nested("<b>", "</b>")(size)),
    "unclosed paragraphs": _around("<p>x"),
    "huge attribute": lambda size: _page(f'<div title="{"a " * (size // 2)}">x</div>'),
    "many attributes": _attributes,
    "unclosed attribute": lambda size: _page('<div title="' + "a" * size),
    "unclosed comment": lambda size: _page("<!--" + "-" * size),
    "comments": _around("<!-- x -->"),
    "entities": _around("&amp;lt;"),
    "unclosed entities": _around("&a"),
    "deep JSON-LD": _json_ld,
    "JSON-LD blocks": _around('<script type="application/ld+json">{"@type": "NewsArticle"}</script>'),
    "links": lambda size: _page("<ul>" + "".join(islice(_links(), size // 40)) + "</ul>"),
    "one long paragraph": lambda size: _page(f"<p>{_repeated('the river and the road ')(size)}</p>"),
    "one long title": lambda size: f"<html><title>{_repeated('a - ')(size)}</title><body><p>x</p></body></html>",
    "metas": _around('<meta name="author" content="By By By">'),
    "tables": lambda size: _page(_nested("<table><tr><td>", "</td></tr></table>")(size)),
    "script": lambda size: _page(f"<script>{_repeated('</scrip')(size)}"),
    "processing instructions": _around("<?x"),
    "null characters": _around("\x00"),
}
