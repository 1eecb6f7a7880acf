"""Nouns for what a person is by office, trade or kinship."""

from wiredesk_extraction.honorifics import OFFICES

__all__ = ["PERSON_NOUNS", "is_person_noun"]

_WORDS = """
    head leader boss spokesman spokeswoman spokesperson director chairman chairwoman chairperson chair executive ceo
    analyst economist expert scientist professor lawyer attorney candidate nominee lawmaker politician
    official member founder owner manager editor author writer journalist reporter columnist actor actress
    singer player coach captain striker billionaire businessman businesswoman activist adviser advisor aide
    strategist envoy diplomat judge prosecutor ally rival wife husband son daughter brother sister father
    mother resident student teacher doctor nurse farmer veteran democrat republican mp peer counsel speaker
    pollster correspondent architect engineer artist champion suspect defendant witness victim
    undersecretary treasurer king queen prince princess whip
    administrator alderman alderwoman apostle assemblyman assemblywoman auditor banker broadcaster caretaker chef
    clerk comedian commander composer comptroller coroner conductor consultant controller councilmember curator
    dean defender delegate designer developer driver drummer entrepreneur filmmaker financier firefighter fireman
    footballer goalkeeper guitarist headmaster headmistress historian incumbent inspector investigator
    laureate librarian magistrate marshal midfielder minister musician novelist organiser organizer ombudsman
    painter paramedic photographer physician physicist pilot planner playwright poet policeman policewoman
    presenter principal producer provost psychologist publisher quarterback ranger referee
    researcher ruler sailor scholar scout sculptor selectman solicitor soldier specialist supervisor surgeon teammate
    technician trainer trooper trustee warden winner
"""
PERSON_NOUNS = OFFICES | frozenset(_WORDS.split())


def is_person_noun(word: str) -> bool:
    """Whether a common noun, singular or plural, says what a person is."""
    bare = word.lower()
    return bare in PERSON_NOUNS or bare.removesuffix("s") in PERSON_NOUNS
