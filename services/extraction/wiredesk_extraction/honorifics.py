"""Honorifics and titles of office that stand before a person's name, and what they tell of gender."""

__all__ = ["ANNOUNCES", "COURTESY", "OFFICES", "POSTNOMINALS", "gender_of", "is_honorific"]

_MALE = frozenset(
    {"mr", "sir", "lord", "messrs", "monsieur", "herr", "señor", "signor", "baron", "king", "prince", "father"}
)
_FEMALE = frozenset(
    {"mrs", "ms", "miss", "lady", "dame", "madame", "mme", "frau", "señora", "baroness", "queen", "princess", "sister"}
)

COURTESY = _MALE | _FEMALE | {"dr", "prof", "professor", "rev", "reverend", "hon", "mx", "judge", "justice", "st"}
"""Forms of address: part of the mention, never of the name."""

ANNOUNCES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "dame", "lady", "lord", "prof", "professor"})
"""Forms of address that are followed by a person's name and by nothing else."""

_OFFICES_WORDS = """
    president presidents chancellor premier senator senators sen sens rep reps representative congressman
    congresswoman gov governor mayor minister secretary ambassador general gen colonel col major maj captain
    capt lieutenant lt sergeant sgt cpl admiral adm commissioner sheriff detective det officer deputy chief
    pope cardinal bishop archbishop rabbi imam sheikh coach councillor councilman councilwoman attorney
    superintendent pastor brig brigadier cmdr commander supt insp inspector pfc pvt marshal ayatollah sheik mullah
    monsignor msgr constable pc dci
"""
OFFICES = frozenset(_OFFICES_WORDS.split())
"""Titles of office: they name a role of the person that follows."""


_POSTNOMINALS_WORDS = """
    jr sr ii iii iv md m.d phd ph.d dds d.d.s dmd dvm do d.o rn esq qc kc sc mp mep msp cbe obe mbe kbe dbe
    mba cpa jd j.d facs frs mla mpp usn usaf ret dphil ba ma bsc msc
"""
POSTNOMINALS = frozenset(_POSTNOMINALS_WORDS.split())
"""Letters behind a person's name: part of the mention, never of the name; generations and degrees alike."""


_HONORIFICS = COURTESY | OFFICES


def is_honorific(word: str) -> bool:
    """Whether a word is a form of address or a title of office when it stands before a name with a capital letter."""
    return word[:1].isupper() and word.lower().rstrip(".") in _HONORIFICS


def gender_of(word: str) -> str:
    """`m` or `f` where an honorific tells, else the empty string."""
    bare = word.lower().rstrip(".")
    return "m" if bare in _MALE else "f" if bare in _FEMALE else ""
