"""Names of rivers, seas and ranges that the pipeline took for people or companies: "the Danube", "the Vltava".

English gives them an article, which people and most companies have not, and says of them what it says of nothing else:
they have banks and basins, are dammed and crossed, and one goes along them. A name said so once, and never without the
article, is a place wherever it recurs; one that also stands alone ("Amazon hired") is left as it is.
"""

from dataclasses import replace

from wiredesk_extraction.parse import Parse, RawName

__all__ = ["with_waters"]

_TO_DECIDE = frozenset({"PERSON", "PER", "ORG", "NORP", "PRODUCT", "WORK_OF_ART", "GPE", "FAC", "EVENT"})
_FORMS_OF_LAND_WORDS = """
    river rivers valley valleys basin basins delta estuary riverbank riverbed floodplain watershed tributary tributaries
    gorge shoreline rainforest rainforests foothills mountains
"""
_FORMS_OF_LAND = frozenset(_FORMS_OF_LAND_WORDS.split())
"""Nouns after the name."""

_PARTS_WORDS = (
    "banks mouth waters shore shores tributary tributaries bed delta estuary headwaters foothills slopes peaks"
)
_PARTS = frozenset(_PARTS_WORDS.split())
"""Nouns before "of the"."""

_OVER = frozenset({"on", "over", "across"})
_WORKS_WORDS = """
    dam dams bridge bridges barge barges boat boats ferry ferries port town city village villages towns cities islands
    levees lies lie
"""
_WORKS = frozenset(_WORKS_WORDS.split())
"""What stands or floats "on the" river."""

_FLOWS = frozenset({"flows", "flowed", "burst", "overflowed", "meanders", "meandered", "winds"})
_WHERE = frozenset({"its", "north", "south", "east", "west", "through", "into"})
_CROSS = frozenset({"cross", "crosses", "crossed", "crossing", "dammed", "navigated"})
_SWIM = frozenset({"swim", "swam", "rowed", "paddled", "waded", "sailed", "fled"})


def with_waters(parse: Parse) -> Parse:
    """The parse with such names labelled as places; everything else as it was."""
    names = [name for name in parse.names if name.label in _TO_DECIDE]
    found = {_form(parse, name) for name in names if _has_article(parse, name) and _is_landscape(parse, name)}
    if found:
        found -= {_form(parse, name) for name in names if not _has_article(parse, name)}
    if not found:
        return parse
    return parse.with_names(
        [
            replace(name, label="LOC") if name.label in _TO_DECIDE and _form(parse, name) in found else name
            for name in parse.names
        ]
    )


def _has_article(parse: Parse, name: RawName) -> bool:
    """One thing, no acronym, with "the" before or in it: neither "the Browns" nor "the NHS"."""
    first, last = _bare(parse, name)
    word = parse.words[last]
    return first > 0 and parse.lower[first - 1] == "the" and not (parse.tags[last].endswith("S") or word.isupper())


def _bare(parse: Parse, name: RawName) -> tuple[int, int]:
    first = name.first + (parse.lower[name.first] == "the" and name.first < name.last)
    return first, name.last


def _form(parse: Parse, name: RawName) -> str:
    first, last = _bare(parse, name)
    return " ".join(parse.lower[first : last + 1])


def _is_landscape(parse: Parse, name: RawName) -> bool:
    """Whether the words around one mention are said of rivers and their like alone."""
    first, last = _bare(parse, name)
    after = ("", *parse.lower[last + 1 : last + 3], "", "")[1:3]
    if after[0] in _FORMS_OF_LAND or (after[0] in _FLOWS and after[1] in _WHERE):
        return True
    if last + 1 < len(parse.tags) and parse.tags[last + 1].startswith("NN"):
        return False  # "along the Acela line"
    second, before = (*("", ""), *parse.lower[max(0, first - 3) : first - 1])[-2:]
    return (
        before == "along"
        or before in _CROSS
        or (before == "of" and second in _PARTS)
        or (before in _OVER and second in _WORKS)
        or (before == "across" and second in _SWIM)
    )
