"""Reported by a noun: "her claim that …", "their plan to …"."""

from wiredesk_extraction.reported import Reported, trimmed
from wiredesk_extraction.reporting import NOUNS
from wiredesk_extraction.scene import Phrase, Scene

__all__ = ["reported_by_noun"]


def reported_by_noun(scene: Scene, noun: int) -> Reported | None:
    """What the owner of a noun of speech said: the clause or the infinitive that hangs on the noun."""
    parse = scene.parse
    if parse.lower[noun] not in NOUNS or not parse.tags[noun].startswith("NN") or not scene.outside(noun):
        return None
    speaker = _owner(scene, noun)
    if speaker is None:
        return None
    for child in parse.children[noun]:
        if child < noun:
            continue
        span: tuple[int, int] | None = None
        kind = ""
        if parse.deps[child] in {"acl", "ccomp", "relcl"} and parse.tags[child][:2] in {"VB", "MD"}:
            begins = parse.lower[parse.subtree(child)[0]]
            if begins in {"that", "to"} and (parse.deps[child] != "relcl" or begins == "that"):
                span, kind = parse.subtree(child), "noun_" + begins
        if span is not None:
            return trimmed(scene, Reported(max(span[0], noun + 1), span[1], speaker, (noun, noun), kind), min_words=2)
    return None


def _owner(scene: Scene, noun: int) -> Phrase | None:
    parse = scene.parse
    owner = parse.child(noun, "poss")
    if owner is not None and scene.outside(owner):
        return scene.phrase(owner)
    return None
