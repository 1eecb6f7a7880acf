"""What weighs how much in every engine, and which queries weigh anything at all."""

from wiredesk.index.query import And, Field, Node, Or, Phrase, Term

__all__ = ["BARE", "INFLECTED", "INFLECTED_FIELDS", "LIKE_CHARACTERS", "TIE_BREAKER", "ranks"]

BARE = {"title": 3.0, "deck": 1.5, "text": 1.0}
"""Where words without a field are looked for. A word in the headline says more than one in the body; three to one is a
common starting point for news search."""
INFLECTED = 0.5
"""Weight of an inflection beside the word itself."""
INFLECTED_FIELDS = ("title", "deck", "text")
TIE_BREAKER = 0.1
"""How much the fields beside the best matching one add (DisMax; Lucene's documentation suggests 0.1)."""
LIKE_CHARACTERS = 20_000
"""Of a text that is compared with others: the most telling words of an article stand in its first pages."""


def ranks(node: Node) -> bool:
    """Whether a search for the node weighs its hits at all; filters, prefixes and misspellings do not."""
    match node:
        case Term() | Phrase():
            return True
        case Field(_, inner):
            return ranks(inner)
        case And(nodes) | Or(nodes):
            return any(ranks(each) for each in nodes)
        case _:
            return False
