"""Makes the scene of an article: who owns which words, and what stands in quotation marks."""

from collections.abc import Sequence
from dataclasses import replace

from wiredesk_extraction.cast import Member
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.quotation_marks import Quotation
from wiredesk_extraction.scene import Scene

__all__ = ["scene_of"]


def scene_of(
    parse: Parse, members: Sequence[Member], quotations: Sequence[Quotation], *, capitals_tell_titles: bool = False
) -> Scene:
    """The scene; of a token in two mentions the shorter one is its own. Nicknames in marks are no quotations.

    `capitals_tell_titles`: words that all have capitals are the title of something (English, not German).
    """
    owner: dict[int, int] = {}
    mention_of: dict[int, tuple[int, int]] = {}
    for number, member in enumerate(members):
        for first, last, _ in member.mentions:
            for token in range(first, last + 1):
                known = mention_of.get(token)
                if known is None or last - first < known[1] - known[0]:
                    owner[token], mention_of[token] = number, (first, last)
    people = frozenset(number for number, member in enumerate(members) if member.type == "Person")
    named = frozenset(
        t for m in members for first, last, kind in m.mentions if kind == "name" for t in range(first, last + 1)
    )
    scene = Scene(parse, quotations, owner, mention_of, people, named)
    said = [
        quotation
        for number, quotation in enumerate(scene.quotations)
        if not scene.is_nickname(number) and not (capitals_tell_titles and scene.is_title(number))
    ]
    return replace(scene, quotations=said)
