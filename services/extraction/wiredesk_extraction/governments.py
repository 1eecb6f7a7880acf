"""Tells a capital that stands for its government ("Washington said", "ties with Moscow") from the city itself."""

from collections.abc import Sequence

from wiredesk_extraction.cast import Member
from wiredesk_extraction.datelines import dateline_tokens
from wiredesk_extraction.parse import Parse
from wiredesk_extraction.reporting import REPORTING

__all__ = ["is_government"]

_STANCE_WORDS = """
    want wants wanted seek seeks sought refuse refuses refused back backs backed support supports supported oppose
    opposes opposed hope hopes hoped consider considers considered impose imposes imposed recognise recognises
    recognised recognize recognizes recognized decide decides decided agree agrees agreed expect expects expected
"""
_STANCE = REPORTING | frozenset(_STANCE_WORDS.split())
_DEALINGS_WORDS = """
    relations relationship ties talks tension tensions dispute standoff treaty pact deal agreement rift alliance
    dialogue negotiations contacts
"""
_DEALINGS = frozenset(_DEALINGS_WORDS.split())
_POLICY_WORDS = """
    policy policies ally allies decision stance position refusal ambassador envoy demand demands support role interests
    response sanctions government
"""
_POLICY = frozenset(_POLICY_WORDS.split())
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_WITH = frozenset({"with", "between", "toward", "towards"})


def is_government(parse: Parse, member: Member) -> bool:
    """Whether every mention of a capital's name in the article means those who govern there, and none the city."""
    mentions: Sequence[tuple[int, int, str]] = member.mentions
    if not mentions or not all(_governs(parse, last) for _, last, _ in mentions):
        return False
    return dateline_tokens(parse).isdisjoint(last for _, last, _ in mentions)


def _governs(parse: Parse, token: int) -> bool:
    """By its verb of saying or willing, or by what it has dealings in; of a pair, by what the pair does."""
    while parse.deps[token] == "conj" and parse.heads[token] != token:
        token = parse.heads[token]
    head = parse.heads[token]
    if parse.deps[token] in _SUBJECTS:
        return parse.lower[head] in _STANCE
    if parse.deps[token] == "poss":
        return parse.lower[head] in _POLICY
    return parse.lower[head] in _WITH and parse.lower[parse.heads[head]] in _DEALINGS
