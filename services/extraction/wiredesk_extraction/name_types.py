"""What kind of thing a name names: by the pipeline's label, and by the noun that heads it."""

from collections.abc import Mapping

__all__ = ["LABELS", "OTHER", "PERSONAL", "sure_type", "type_by_head"]

LABELS: Mapping[str, str] = {
    "PERSON": "Person", "PER": "Person", "ORG": "Organization", "GPE": "Place", "LOC": "Place", "FAC": "Place",
    "NORP": "Group", "EVENT": "Event", "WORK_OF_ART": "Work", "PRODUCT": "Product", "LAW": "Law",
    "LANGUAGE": "Language",
}  # fmt: skip
"""Labels of OntoNotes (English pipelines) and of WikiNER (most others); figures and times are no names."""

OTHER = "Miscellaneous"
"""A name of which the text does not tell what it names."""

PERSONAL = "Person"

_SURE_WORDS = {
    "Place": "street avenue road boulevard lane highway county parish township river valley island airport",
    "Organization": """
        university college school hospital church department ministry agency committee council inc corp ltd plc llc nv
        gmbh
    """,
}
_LIKELY_WORDS = {
    "Place": """
        counties rivers islands mountain mountains lake creek bay beach park bridge square plaza stadium arena
        courthouse peninsula desert forest ocean sea gulf canyon coast harbour harbor heights prairie hill hills
        quarter city town village tower palace cathedral prison motorway parkway drive st ave rd blvd
    """,
    "Organization": """
        party association union bank commission corporation company society institute institution foundation group
        league federation club team court bureau board center centre service services office authority administration
        organization organisation trust fund network museum library army navy corps force forces guard police
        parliament senate congress assembly press news times post journal magazine gazette herald tribune airlines
        airways motors industries partners systems technologies inc corp ltd plc llc co academy alliance coalition
        campaign warriors united
    """,
    "Event": """
        war games cup olympics festival championship championships marathon summit conference awards race
        tournament derby parade forum debate revolution
    """,
    "Law": "act treaty amendment bill accord accords convention protocol constitution",
}
_SURE = {word: kind for kind, words in _SURE_WORDS.items() for word in words.split()}
_LIKELY = {word: kind for kind, words in _LIKELY_WORDS.items() for word in words.split()} | _SURE


def sure_type(head: str) -> str | None:
    """What a capitalised noun at a name's end says it is, whatever the pipeline says ("Taylor Street" is no person)."""
    return _SURE.get(head.lower().rstrip("."))


def type_by_head(head: str) -> str | None:
    """What the head noun of a name suggests that it is; None when it says nothing."""
    return _LIKELY.get(head.lower().rstrip("."))
