"""What the rules must be told of a language: the form that each language's file fills in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["Calendar", "Example", "Language"]


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence and what must be read in it, without a pipeline, when it is published on Friday, 2001-11-23.

    `said` is the first quote, `speaker` the name of the one who said it, `cue` the word that says so; `dates` are
    TIMEX3 values in order. A speaker or cue that is empty is none.
    """

    text: str
    said: str
    speaker: str = ""
    cue: str = ""
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Calendar:
    """Words of time, in lower case. Phrases are words with one space between them."""

    months: tuple[str, ...]
    """Twelve items, January first; each holds a month's forms, those in figures left out ("januar jänner jan")."""
    weekdays: tuple[str, ...]
    """Seven items, Monday first, likewise; not what means every Monday ("montags")."""
    days: Mapping[str, str]
    """Phrase -> `yesterday`, `today`, `tomorrow`, `before yesterday` or `after tomorrow`."""
    day_parts: Mapping[str, str]
    """What may follow a day ("abend", "por la noche") -> `morning`, `afternoon`, `evening` or `night`."""
    units: Mapping[str, str]
    """Word -> `day`, `week`, `month` or `year`, and for forms that can only be plural `days`, `weeks` …"""
    numbers: Mapping[str, int]
    """Number words that are counted with ("drei" -> 3); figures need none."""
    last: tuple[str, ...]
    """Words beside a unit or weekday that mean the one before this ("vergangenen", "dernière")."""
    next: tuple[str, ...]
    this: tuple[str, ...]
    leads: tuple[str, ...]
    """Words after which a bare year, month or season is a time ("en", "im", "bis")."""
    since: tuple[str, ...] = ()
    """Such words after which the time is past ("seit", "depuis")."""
    ago: tuple[str, ...] = ()
    """Phrases before a count of units ("vor", "il y a")."""
    ago_after: tuple[str, ...] = ()
    """Phrases behind it ("fa", "geleden")."""
    ahead: tuple[str, ...] = ()
    """Phrases before a count of units to come ("dans", "dentro de")."""
    joints: tuple[str, ...] = ()
    """Words between day, month and year ("de", "del")."""
    ordinals: tuple[str, ...] = ()
    """What may stand behind the figure of a day, glued to it ("er", "º"); a full stop need not be told."""
    seasons: Mapping[str, str] = field(default_factory=dict)
    """Word -> `spring`, `summer`, `autumn` or `winter`."""
    decade_nouns: tuple[str, ...] = ()
    """Words that make a decade of the number beside them ("années", "jahre")."""
    decade_suffix: str = ""
    """What is glued to a number that stands before such a word ("er": "1990er Jahre")."""
    decades: Mapping[str, int] = field(default_factory=dict)
    """Number words of decades -> tens ("fünfziger" -> 5)."""
    looks_ahead: tuple[str, ...] = ()
    """Verbs with which a bare weekday or month is one to come ("wird", "sera")."""


@dataclass(frozen=True, eq=False)
class Language:
    """One language. Word lists are in lower case, each form as newspapers print it; see the README for what is needed.

    Without the fields that have a default less is found, and nothing wrong.
    """

    code: str
    """ISO 639-1."""
    name: str
    """In English."""
    pipeline: str
    """The spaCy pipeline that is used when it is installed and the settings name no other."""
    marks: tuple[tuple[str, str], ...]
    """Pairs of quotation marks that newspapers print, opening and closing. Straight double ones need not be told."""
    verbs: tuple[str, ...]
    """Finite forms of verbs that tell who said something, of one speaker."""
    articles: tuple[str, ...]
    """Articles, and possessives and demonstratives that stand where they do."""
    pronouns: Mapping[str, str]
    """Pronouns of one speaker -> `m`, `f`, or empty where it may be either."""
    prepositions: tuple[str, ...]
    """Words after which a name is not the one who speaks ("ein Sprecher von Siemens")."""
    examples: tuple[Example, ...]
    """At least one; they are read as a test."""
    calendar: Calendar | None = None
    """None: its dates are read by rules of its own, English only."""
    plural_verbs: tuple[str, ...] = ()
    """Forms of several speakers, where they differ."""
    participles: tuple[str, ...] = ()
    """Forms that are cues only with an auxiliary before them ("a déclaré")."""
    auxiliaries: tuple[str, ...] = ()
    split_verbs: Mapping[str, str] = field(default_factory=dict)
    """Forms that are cues only when one of these words follows in the clause ("teilte" -> "mit")."""
    according: tuple[str, ...] = ()
    """Phrases that the source follows, anywhere in the sentence ("laut", "selon")."""
    appended: tuple[str, ...] = ()
    """Phrases that the source follows only right behind a quotation ("so")."""
    hearsay: tuple[str, ...] = ()
    """Verb forms that by themselves say that another's words are told ("habe", "sei")."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Forms of address before a name, without a full stop -> `m`, `f` or empty."""
    offices: Mapping[str, str] = field(default_factory=dict)
    """What a person is, said before the name -> `m`, `f` or empty; compounds that end in one count as well."""
    particles: tuple[str, ...] = ()
    """Words in lower case inside a person's name ("von", "de")."""
    fillers: tuple[str, ...] = ()
    """Words that may stand between a verb and the one who speaks ("auch", "encore"), and those that begin a sentence
    without being a name ("aber", "pero")."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Entity labels of its pipelines that are neither OntoNotes' nor WikiNER's -> our type ("persName")."""
    capitalises_nouns: bool = False
    drops_pronouns: bool = False
    """Whether a verb without subject is how "he said" is put ("añadió")."""
    speech_dash: bool = False
    """Whether a dash at the head of a paragraph opens speech ("—No —dijo Marta")."""
    deep: bool = False
    """Whether rules of its own, outside this folder, read it when its pipeline is loaded; English only."""

    @cached_property
    def all_verbs(self) -> frozenset[str]:
        """Finite forms, of one speaker and of several."""
        return frozenset((*self.verbs, *self.plural_verbs))

    @cached_property
    def openings(self) -> frozenset[str]:
        """Marks a quotation may open with; straight double ones always."""
        return frozenset(opening for opening, _ in self.marks) | {'"', "``", "″"}

    @cached_property
    def passed_over(self) -> frozenset[str]:
        """Words between a verb and the one who speaks that are neither: fillers and names of days."""
        beside = (*self.calendar.last, *self.calendar.next) if self.calendar else ()
        return frozenset((*self.fillers, *beside, *(word for phrase in self.days for word in phrase)))

    @cached_property
    def days(self) -> frozenset[tuple[str, ...]]:
        """Names of days, as the words they consist of."""
        calendar = self.calendar
        phrases = (*(form for forms in calendar.weekdays for form in forms.split()), *calendar.days) if calendar else ()
        parts = [part for part in calendar.day_parts if " " not in part] if calendar else []
        joined = [day + part for day in phrases for part in parts] if self.capitalises_nouns else []
        return frozenset(tuple(phrase.split()) for phrase in (*phrases, *joined))

    def office(self, word: str) -> str | None:
        """The gender of an office (`m`, `f` or empty) that a word names or, where nouns are joined, ends in; None: it
        names none.
        """
        small = word.lower()
        if small in self.offices:
            return self.offices[small]
        ends = (small[at:] for at in range(1, len(small) - 4)) if self.capitalises_nouns or "-" in small else ()
        return next((self.offices[end] for end in ends if end in self.offices), None)

    def address(self, word: str) -> str | None:
        """The gender of a form of address; None: it is none."""
        return self.addresses.get(word.lower().rstrip("."))

    def pronoun(self, word: str) -> str | None:
        """The gender of a pronoun, verbs' hyphens aside ("-t-il"); None: it is none."""
        return self.pronouns.get(word.lower().lstrip("-").removeprefix("t-"))
