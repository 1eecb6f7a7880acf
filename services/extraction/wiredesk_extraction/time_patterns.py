"""The shapes of English time expressions, each with what it cannot occur without.

A row is a kind, the classes of trigger (of `time_triggers`) around which the pattern is looked for and what it cannot
match without, which is missed sooner: behind one stroke words, in lower case, of which it holds one whole (between
other characters than letters), behind two strokes a pattern that is found within it. Its own pattern comes last. What
may open it is a row of its own where most expressions go without.

Every pattern is linear: no unbounded repeat stands inside another. `time_pieces` says how they are read.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wiredesk_extraction.time_pieces import IN, MONTH_NAMES, ORDINAL_WORDS, after, compile_pattern

__all__ = ["PATTERNS", "Pattern"]

_CASED: tuple[tuple[str, str, str], ...] = (
    ("iso", "numeric", r"(?<![\d-])(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])"
     r"(?:[T ](?P<time>[0-2]\d:[0-5]\d(?::[0-5]\d)?)(?:\.\d{1,6})?(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?![\d-])"),
    ("dotted", "numeric",
     r"(?<![\d.])(?P<day>0?[1-9]|[12]\d|3[01])\.(?P<month>0?[1-9]|1[0-2])\.(?P<year>[12]\d{3})(?!\.?\d)"),
    ("attacks", "numeric", r"(?<![\d/$£€])9/11(?![\d/])"),
    ("slashed", "numeric",
     r"(?<![\d/-])(?P<first>\d{1,2})(?:/(?P<second>\d{1,2})/|-(?P<second2>\d{1,2})-)(?P<year>[12]\d{3}|\d\d)"
     r"(?![\d/-])"),
    ("slashed", "numeric", after("on by until since from before after",
     r"(?P<first>0?[1-9]|1[0-2])/(?P<second>0?[1-9]|[12]\d|3[01])(?![\d/%-]|\.\d)")),
    ("attacks", "month / 11", r"(?P<month>(?-i:September|Sept\.?)) 11(?:th)?(?= (?:terror|attacks|hijack|suicide))"),
    ("date", "month // {MONTH} {DAY}",
     r"(?:{WEEKDAY_ANY},? (?:the )?)?{PART_OF}\b{MONTH} {DAY}(?!:\d|\.\d)"
     r"(?:,? {YEAR}|,? of {THAT_YEAR}|(?={TO}\d{1,2}(?:st|nd|rd|th)?,? {YEAR2}))?"),
    ("date", "month // {DAY}(?: day)?(?: of)? {MONTH}",
     r"(?:{WEEKDAY_ANY},? )?{PART_OF}{THE}(?<![\d.,:$£€]){DAY}(?: day)?(?: of)? {MONTH}(?!\w)"
     r"(?:,? {YEAR}|,? of {THAT_YEAR}|(?={TO}(?:{WEEKDAY_NAME} )?\d{1,2}(?:st|nd|rd|th)? (?:" + MONTH_NAMES
     + r"),? {YEAR2}))?"),
    ("date", "month // {DAY}{TO}",
     r"{THE}(?<![\w.,:$£€]){DAY}(?={TO}(?:the )?\d{1,2}(?:st|nd|rd|th)?(?: of)? {MONTH_FULL}\b"
     r"(?:,? {YEAR})?)"),
    ("date", r"month // \d(?:st|nd|rd|th)? ?[-‐‑–—/] ?\d",
     r"\b{MONTH} \d{1,2}(?:st|nd|rd|th)? ?[-‐‑–—/] ?(?P<core>{DAY}(?!:\d)(?:,? {YEAR})?)(?! (?:"
     + MONTH_NAMES + r")|[\w%]|,\d)"),
    ("date", r"month // \d(?:st|nd|rd|th)? (?:to|and|or|through|until) ",
     r"\b{MONTH} \d{1,2}(?:st|nd|rd|th)? (?:to|and|or|through|until) (?:the )?"
     r"(?P<core>{DAY}(?!:\d)(?:,? {YEAR})?)(?! (?:{BIG}|[a-z]{4})|[\w%]|,\d)"),
    ("month", r"month // {MONTH},? (?:of |\d)",
     r"{BOUND}?\b{MONTH}(?:,? (?:of )?{YEAR}|,? of {THAT_YEAR})"),
    ("month", "month // {MONTH_FULL}{TO}", r"{BOUND}?\b{MONTH_FULL}(?={TO}(?:early |late |mid-?)?(?:" + MONTH_NAMES
     + r")(?: \d{1,2})?,? {YEAR2})"),
    ("month", "month / january february july september october november december "
     "// (?:early|late|mid|of)(?:[-‐‑–]| )(?:in |the )?{CLEAR_MONTH}", r"{BOUND}\b{CLEAR_MONTH}(?![\w-])"),
    ("month", "month / january february july september october november december", r"\b{CLEAR_MONTH}(?![\w-])"),
    ("month", "month / january february july september october november december",
     r"\b{CLEAR_MONTH}(?=['’]s\b|[-–])"),
    ("month", "month / march april may june august", after(IN, r"{NAME_MONTH}(?![\w-]| {BIG})")),
    ("month", "month / march april may june august // (?:early|late|mid|of)(?:[-‐‑–]| )(?:in |the )?{NAME_MONTH}",
     r"{BOUND}{NAME_MONTH}(?![\w-])"),
    ("month", "month / april june august", r"\b(?P<month>(?-i:April|June|August))(?![\w-]| {BIG})"),
    ("month", "month / last next this past coming previous following that same preceding prior current upcoming "
     "// {REL} {MONTH_FULL}", r"{PART_OF_IT}?{THE}\b{REL} {MONTH_FULL}\b"),
    ("season", "season", r"{THE}(?:(?:early|late|mid)[- ])?\b{SEASON}(?: of|,)? {YEAR}"),
    ("season", "season", r"{RECENT} {SEASON}\b"),
    ("season", "season", r"{THE}\b{SEASON} of {THAT_YEAR}"),
    ("season", "season // {REL} {SEASON}", r"{PART_OF_IT}?{THE}\b{REL} {SEASON}\b"),
    ("season", "season", after(IN, r"(?:the |early |late |mid-)?(?P<season>spring|summer|autumn|winter)"
     r"(?![\w-]| of | [a-z]+s\b)")),
    ("season", "season", after("in by since until during last next this", r"(?:the |early |late )"
     r"?(?P<season>fall)(?={STOP}| (?:and|when|as|but|after|before|he|she|they|it|we)\b)")),
    ("season", "season", r"(?:(?:the|that|one|each|every|all) )(?:early |late |coming |following |harsh )?"
     r"(?P<season>spring|summer|autumn|winter)(?![\w-]| of | (?-i:{BIG}))"),
    ("season", "season", r"\b(?:early|late|mid)[- ](?P<season>spring|summer|autumn|fall|winter)(?![\w-])"),
    ("season", "season", r"\b(?P<season>summer|autumn|winter)(?={STOP}| (?:and|or|to|when|but|as|is|was|has|"
     r"had|with|at|he|she|they|it)\b)"),
    ("season", "season", r"(?<=[a-z,]\s)\b(?P<season>(?-i:Summer|Winter|Autumn))(?! {BIG}|[\w-])"),
    ("bc", "bc", r"(?:(?:ca?\.|circa) )?(?<![\d.,])(?P<number>\d{1,4}) (?:BCE?\b|B\.\s?C\b\.?)"),
    ("bc", "bc", r"(?<![\w.,])(?P<number>\d{2,4})(?={TO}\d{1,4} (?:BCE?\b|B\.C\.))"),
    ("year", "year // (?:early|late|mid|of)(?:[-‐‑–]| )(?:in |the )?{YEAR}", r"{BOUND}{YEAR}{NO_MORE}"),
    ("year", "year / fiscal financial fy", r"\b(?:(?:the )?(?:fiscal|financial)(?: year)?|FY) ?{RECENT}{NO_MORE}"),
    ("year", "year", r"(?<![\w.,:$£€#/-])(?:the (?:fiscal )?year )?{RECENT}(?![\w%]|[.,:]\d|-[A-Za-z]|"
     r"-(?!(?:19|20)\d\d(?!\d))\d{3})"),
    ("year", r"year // 1[0-4]\d\d", after(IN + " year c\\. ca\\. circa",
     r"(?P<year>1[0-4]\d\d)(?![\w%]|[.,:]\d|-[A-Za-z]|-\d{3})")),
    ("year", r"year // [-–/]\d{4}", r"(?<=\d[-–/]){RECENT}{NO_MORE}"),
    ("year", r"year // \d[-–/]\d", r"\b(?P<century>1[5-9]|20)\d\d[-–/](?P<core>(?P<short>\d\d))(?![\d-])"),
    ("shortyear", "short", r"(?<!\w)['’](?P<short>\d\d)(?![\w'’])"),
    ("decade", "decade", r"{THE}(?:(?:early|late|mid)(?: to (?:late|mid))?[-– ])?(?<![\w.,])(?P<decade>1\d\d|"
     r"20\d)0['’]?s\b"),
    ("decade", "decade", r"{THE}(?<![\w.,])(?P<decade>\d{1,2})0s (?P<era>BCE?)\b"),
    ("decade", "decade short", r"\b(?:the )?(?:(?:early|late|mid)[-– ])?(?<!\w)['’](?P<short>[2-9])0s"),
    ("decade", "decade", r"\bthe (?:(?:early|late|mid)[- ])?"
     r"(?P<word>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b(?! of (?:his|her))"),
    ("century", "century", r"{THE}(?:(?:early|late|mid|middle of the|turn of the)[- ])"
     r"?\b{ORDINAL}[- ](?:century|centuries)\b"
     r"(?: (?P<era>BCE?|B\.C\.))?"),
    ("century", "century",
     r"{THE}\b{ORDINAL}(?={TO}(?:the )?(?:\d{1,2}(?:st|nd|rd|th)|" + ORDINAL_WORDS + r")[- ]centur)"),
    ("quarter", "quarter", r"{THE}\b(?P<ordinal>first|second|third|fourth|last|final|latter|1st|2nd|3rd|4th)[- ]"
     r"(?P<unit>quarter|half) (?:of )?(?:the )?(?:fiscal )?(?:year )?{YEAR}"),
    ("quarter", "quarter", r"{THE}\b(?P<ordinal>first|second|third|fourth|last|latter) (?P<unit>quarter|half) of "
     r"(?P<rel>the|this|last|next|that|the same|the following) (?:fiscal |financial )?year\b"),
    ("quarter", "quarter", r"{THE}\b(?:fiscal )?(?P<ordinal>first|second|third|fourth)[- ](?P<unit>quarter)"
     r"\b(?! of the)"),
    ("quarter", "quarter", r"\b(?-i:(?P<letter>[QH]))(?P<ordinal>[1-4])(?:[- ](?:of )?{YEAR})?(?!\w)"),
    ("ordinal", "nth", after("on by until from to till before after and", r"the (?P<day>[12]?\d|3[01])(?:st|nd|"
     r"rd|th)\b"
     r"(?! (?:(?!and|was|when|but|that|the|his|her|its|with|for|which|they|had|were)[a-z]{3}|{BIG}))")),
    ("feast", "feast", r"\b(?P<word>Christmas(?: (?:Day|Eve))?|New Year(?:['’]s)?(?: (?:Day|Eve))?|Good Friday|"
     r"Easter(?: (?:Sunday|Monday|Day))?|Thanksgiving(?: Day)?|Hallowe['’]?en|Valentine['’]s Day|Independence Day|"
     r"(?:the )?Fourth of July|Labor Day|Memorial Day|Veterans Day|Columbus Day|Boxing Day|May Day|"
     r"St\.? Patrick['’]s Day|(?:Martin Luther King|MLK)(?:,? Jr\.?)? Day|Presidents['’]? Day)"
     r"(?:,? {YEAR})?\b(?! (?:tree|card|carol|present|gift|dinner|parade|massacre|offensive))"),
    ("weekday", "weekday / mon tues tue wed thurs thu fri",
     r"(?:\b{REL} )?\b(?P<weekday>(?-i:Mon|Tues|Tue|Wed|Thurs|Thu|Fri)\.)(?! {BIG})"),
    ("set", "set", r"\b(?P<word>daily|nightly|weekly|monthly|yearly|annual|annually|quarterly|hourly|"
     r"fortnightly|bi-?weekly|biennial)\b(?! {BIG})"),
)  # fmt: skip
"""Patterns that look at capitals: names of the calendar."""

_DISTANCE: tuple[tuple[str, str, str], ...] = (
    ("deictic", "deictic", r"\b(?:(?:earlier|later|early|late) )?(?P<word>yesterday|today|tomorrow)(?: {PART})?\b"),
    ("deictic", "deictic", r"\b(?:the )?day (?P<word>before yesterday|after tomorrow)\b"),
    ("deictic", "deictic", r"\b(?P<word>tonight)\b"),
    ("vague", "vague / nowadays currently recently lately presently now days present modern being formerly time moment",
     r"\b(?P<word>nowadays|currently|recently|lately|presently|now(?! that)|these days|"
     r"(?:the )?present[- ]day|modern[- ]day|the time being|formerly|"
     r"at (?:the )?(?P<core>(?:present|this (?:time|moment)|the moment))(?! (?:of|in|a|the)\b))\b"),
    ("vague", "vague / recent current",
     r"\b(?P<word>recent|current)(?= [a-z])(?! (?:of|to|is|was|and|state of affairs|years|"
     r"months|weeks|days|week|month|year|decades|"
     r"quarter|century)\b)"),
    ("vague", "vague / recent", r"\b(?P<word>recent) (?:years|months|weeks|days|decades|times)\b"),
    ("vague", "vague / future", r"\b(?:the )?(?:near |foreseeable |distant |immediate )?(?P<word>future)\b(?!s)"),
    ("vague", "vague / past", r"\bthe (?:recent |distant )?(?P<word>past)(?={STOP}| (?:and|is|was|to|it|when|he|she|"
     r"they|we|as|that|but|for|or|with|has)\b)"),
    ("relative", "unit / last next this past coming previous following that same preceding prior current upcoming "
     "// {REL} (?:fiscal |calendar |financial |school |academic )?{STEP}",
     r"{PART_OF_IT}?(?P<the>the )?\b(?!past ){REL} (?:fiscal |calendar |financial |school |"
     r"academic )?{STEP}\b(?!-)"
     r"(?! of (?!the year))"),
    ("relative", "unit / end beginning start middle close rest remainder course part half early earlier late later mid",
     r"\b{PART_OF_IT}(?P<rel>the) {STEP}\b(?!-| (?:of|before|after|ago|later)\b)"),
    ("relative", "unit / end",
     r"\b(?P<unit>year|month|week)(?:['’]s end|-end)\b"),
    ("relative", "unit / weekend",
     r"\b(?P<rel>the) (?P<unit>weekend)\b(?! of )"),
    ("relative", "unit / ago earlier",
     r"\b(?P<unit>year|month|week)[- ](?P<rel>ago|earlier)(?= (?:period|quarter|month|"
     r"level|figure|profit|"
     r"loss|net|result|earnings|total|number|pace|rate|week|day))"),
    ("weekday", "weekday / last next this past coming previous following that same preceding prior current upcoming "
     "// {REL} {WEEKDAY}", r"{PART_OF_IT}?(?:the )?{REL} {WEEKDAY}(?:,? {PART})?\b(?!s\b)"),
    ("weekday", "weekday", r"\b{WEEKDAY}(?:,? {PART})?\b(?!s\b)"),
    ("weekday", "weekday / week",
     r"\b{WEEKDAY}(?: of)? (?P<week>next|last|this) week\b"),
    ("daypart", "part / this last next following that previous same",
     r"(?:early |late |later |earlier )?\b(?P<rel>this|last|the next|the following|that same|"
     r"that|the previous|the same) {PART}\b"),
    ("part", "part", after("in of during through", r"the (?:early |late )?{PART}(?: hours)?\b(?! of )")),
    ("part", "part", r"\b(?:one|all|the (?:early|late)) {PART}\b(?! of )"),
    ("part", "part", after("at by last", r"{PART}\b") + r"(?! of )"),
    ("part", "part / overnight daytime nighttime night midday",
     r"\b(?P<part>(?:overnight|daytime|night-?time|midday))\b"),
    ("part", "part / dawn dusk daybreak nightfall sunset sunrise",
     after("at before by until till since from after around", r"(?P<part>dawn|dusk|daybreak|"
     r"nightfall|sunset|sunrise)\b")),
    ("shift", "unit / ago later earlier now hence previously prior before after on afterward afterwards "
     "// {UNIT}s? (?:ago|later|earlier|from now|hence|previously|prior|before|after|on)",
     r"\b{ABOUT}{COUNT}[- ]{KIND}{UNIT}s? (?:(?P<way>ago|later|earlier|from now|hence|"
     r"previously|prior)\b|"
     r"(?P<way2>before|after|on|afterwards?){STOP})"),
    ("shift", "weekday / ago",
     r"\b{COUNT} (?P<unit>year|week)s? (?P<way>ago) (?:on |this |last )?{WEEKDAY}\b"),
    ("shift", "weekday / ago",
     r"\b{COUNT} {WEEKDAY}s (?P<way>ago)\b"),
    ("shift", "unit / before after following previous",
     r"\bthe (?P<unit>day|week|month|year|night) (?P<way>before|after|following|previous)\b"),
    ("shift", "unit / ago later earlier before prior after afterward afterwards",
     r"\b(?:just |only |even )?(?P<some>{UNITS}) (?:(?P<way>ago|later|earlier){NO_MORE}|"
     r"(?P<way2>before|prior|after|afterwards?){STOP})"),
)  # fmt: skip

_EXTENT: tuple[tuple[str, str, str], ...] = (
    ("set", "unit //  an? (?:hour|day|week|month|year|night|minute)",
     r"(?:\d(?:m|bn|k|tn)?|%|\b(?:times|percent|million|billion|trillion|dollars|euros|cents|pounds|"
     r"miles|kilometers|kilometres|"
     r"hours|days|weeks|months|people|barrels|deaths|cases|tons|tonnes)) (?P<core>an? (?P<unit>hour|day|week|"
     r"month|year|night|minute))\b(?! (?:ago|later|earlier))"),
    ("window", "unit / past last next coming following previous first final preceding opening closing",
     r"\b{THE}(?:very )?(?P<side>past|last|next|coming|following|previous|first|final|"
     r"preceding|opening|closing) "
     r"{COUNT} {KIND}(?:{UNIT}s?|(?P<unit2>quarters|seasons))\b(?! (?:ago|later))"),
    ("window", "unit / past last next coming following previous first final preceding succeeding ensuing early "
     "intervening subsequent closing opening",
     r"\b(?:the |these |his |her |its |their )(?P<side>past|last|next|coming|following|"
     r"previous|first|final|preceding|"
     r"succeeding|ensuing|early|intervening|subsequent|closing|opening) {UNITS}\b"),
    ("window", "unit / first second third fourth last final opening past",
     r"\bthe (?P<side>first|second|third|fourth|last|final|opening|past) {UNIT}\b(?! (?:ago|"
     r"later|before|after)\b)(?= of |{STOP})"),
    ("window", "unit / past",
     r"\b(?:the )?(?P<side>past) (?P<unit>week|month|year|decade|century|quarter)\b"),
    ("span", "unit", r"\b(?!an? (?:good|hard|difficult|busy|tense|bloody|crucial|critical|different|final|light|"
     r"painful|turbulent) (?:day|night)\b)(?<!\d{4}[-–/]){ABOUT}{COUNT}"
     r"(?:[- ]{KIND}{UNIT}s?(?:-long)?|(?:-(?P<unit2>seconds?)|"
     r" (?P<unit4>seconds))|[- ]and[- ]a[- ]half[- ](?P<unit3>years|hours))\b"
     r"(?!-(?!long|old)|s\b| (?:ago|later|earlier|from now)\b)(?P<half>(?: |-)and (?:a|one)[- ]half)?"),
    ("span", "quarter / consecutive straight successive fiscal",
     r"\b{COUNT} (?:consecutive|straight|successive|fiscal) (?P<unit>quarters)\b"),
    ("span", "abbreviated", r"(?<![:.\d]){COUNT} ?(?P<unit>hrs|mins|secs|yrs)\b\.?"),
    ("span", "unit / half",
     r"\b(?P<count>half)[- ](?P<unit>hour|day|century|decade|year)\b"),
    ("span", "unit / quarter",
     r"\b(?:a )?(?P<quarter>quarter)(?: of a |[- ])(?P<unit>century)\b"),
    ("age", "unit / old olds",
     r"(?<![\w.])(?:\d{1,3} ?(?:-|–|to|or) ?)?(?P<count>{NUMBER})[- ](?P<unit>years?|months?|"
     r"weeks?|days?)[- ]olds?\b"),
    ("vaguespan", "unit", after("for in over after within many through", r"(?P<unit>minutes|hours|days|weeks|"
     r"months|years|decades|centuries)\b(?! of )")),
    ("vaguespan", "unit // s of ",
     r"(?:the )?\b(?P<unit>minutes|hours|days|weeks|months|years|decades|centuries)(?= of )"),
    ("vaguespan", "unit / long old",
     r"\b(?P<unit>hours?|days?|weeks?|months?|years?|decades?|centuries)-(?:long|old)\b"),
    ("vaguespan", "unit / all full whole entire",
     r"\b(?:all|a full|a whole|an entire|the whole|the entire) (?P<unit>day|week|month|"
     r"year)(?: long)?\b(?! of )"),
    ("set", "unit / once twice thrice times",
     r"\b(?:(?:once|twice|thrice|{NUMBER} times|several times|many times)[- ])(?:an?|each|every|"
     r"per) {UNIT}\b"),
    ("set", "unit / every each per",
     r"\b(?:every|each|per) (?:(?P<other>other) |(?:single|passing|working|school|successive) )"
     r"?{UNIT}\b(?!s)"),
    ("set", "unit / every",
     r"\bevery {COUNT} {UNITS}\b"),
    ("set", "part season weekday month / every each most",
     r"\b(?:every|each|most)(?: (?:other|single))? (?:{PART}|{SEASON}|"
     r"{WEEKDAY}|{MONTH_FULL})s?(?: {PART2})?\b"),
    ("set", "weekday / mondays tuesdays wednesdays thursdays fridays saturdays sundays mornings afternoons evenings "
     "nights",
     r"\b(?:on )?(?P<core>{WEEKDAY}(?:s|(?: and {WEEKDAY_NAME})? (?P<part>mornings|"
     r"afternoons|evenings|nights)))\b"),
    ("set", "unit part / weekends weekdays weeknights mornings evenings afternoons",
     r"\b(?P<plural>weekends|weekdays|weeknights|mornings|evenings|afternoons)\b(?<!\d)"),
    ("clock", "clock", r"(?<![\w.,:$£€])(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap])"
     r"(?:\.\s?m\.|m\b){ZONE}"),
    ("clock", "clock", r"(?<![\d.,:$£€-])(?P<hour>1[0-2]|0?[1-9])(?:[:.](?P<minute>[0-5]\d))?(?= ?(?:-|–|to|"
     r"and) ?(?:1[0-2]|[1-9])(?:[:.][0-5]\d)?\s?(?P<half>[ap])\.?\s?m\b)"),
    ("clock", "clock", after("at by from until till to and since before after around about between on for gmt",
     r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?:\s?(?:hrs|hours|h)\b)?{ZONE}(?![\d:])")),
    ("clock", "clock", r"(?<![\d.,:$£€-])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?"
     r"(?:\s?(?:hrs|hours|h)\b{ZONE}|\s(?-i:GMT|UTC|BST|CET|CEST|EST|EDT|CST|CDT|MST|MDT|PST|PDT|IST|JST)\b)"),
    ("clock", "clock", r"(?<![\d.,:$£€/-])(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)\s(?-i:GMT|UTC)\b"),
    ("clock", "clock / clock",
     r"\b(?P<hours>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
     r" o['’]clock(?: in the {PART})?\b"),
    ("clock", "clock / noon midnight",
     r"\b(?:12 )?(?P<word>noon|midnight)\b{ZONE}"),
)  # fmt: skip


class Pattern(NamedTuple):
    """The shape of one kind of expression. It is looked for around triggers of its classes, there only where one
    of the words `needed` stands and `core` is found, if it has such. `lowered`: it and its core read the text in lower
    case.
    """

    kind: str
    triggers: tuple[str, ...]
    needed: frozenset[str]
    core: re.Pattern[str] | None
    lowered: bool
    regex: re.Pattern[str]


def _patterns(rows: Iterable[tuple[str, str, str]], *, lowered: bool) -> Iterator[Pattern]:
    for kind, terms, pattern in rows:
        words, _, within = terms.partition(" // ")
        triggers, _, needed = words.partition(" / ")
        core = compile_pattern(within, lowered=lowered) if within else None
        regex = compile_pattern(pattern, lowered=lowered)
        yield Pattern(kind, tuple(triggers.split()), frozenset(needed.split()), core, lowered, regex)


PATTERNS = (
    *_patterns(_CASED, lowered=False),
    *_patterns(_DISTANCE, lowered=True),
    *_patterns(_EXTENT, lowered=True),
)
