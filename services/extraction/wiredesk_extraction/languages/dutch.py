"""Dutch: ‘…’ and “…”, inverted clauses, "aldus" behind a quotation."""

from wiredesk_extraction.languages.language import Calendar, Example, Language

__all__ = ["DUTCH"]

_VERBS = """
    zegt zei vertelt vertelde verklaart verklaarde meldt meldde stelt stelde vindt vond benadrukt benadrukte antwoordt
    antwoordde schrijft schreef waarschuwt waarschuwde eist eiste belooft beloofde bevestigt bevestigde erkent erkende
    vraagt vroeg reageert reageerde noemt noemde klaagt klaagde concludeert concludeerde bekent bekende betoogt betoogde
    beweert beweerde constateert constateerde denkt dacht herhaalt herhaalde roept riep verzekert verzekerde voorspelt
    voorspelde hoopt hoopte grapt grapte verzucht verzuchtte oordeelt oordeelde twittert twitterde
"""
_PLURAL_VERBS = """
    zeggen zeiden vertellen vertelden verklaren verklaarden melden meldden stellen stelden vinden vonden benadrukken
    benadrukten schrijven schreven waarschuwen waarschuwden eisen eisten beloven bevestigen bevestigden vragen vroegen
    noemen noemden
"""
_PARTICIPLES = """
    gezegd verteld verklaard gemeld gesteld benadrukt geantwoord geschreven gewaarschuwd geëist beloofd bevestigd erkend
    gevraagd genoemd toegevoegd
"""
_SPLIT_VERBS = {
    "voegt": "toe", "voegde": "toe", "legt": "uit", "legde": "uit", "geeft": "toe aan", "gaf": "toe aan",
    "laat": "weten", "liet": "weten", "vult": "aan", "vulde": "aan", "licht": "toe", "lichtte": "toe",
    "wijst": "erop", "wees": "erop", "kondigt": "aan", "kondigde": "aan", "vat": "samen", "vatte": "samen",
}  # fmt: skip
_OFFICES_M = """
    minister premier minister-president president burgemeester wethouder directeur voorzitter woordvoerder kamerlid
    staatssecretaris hoogleraar trainer coach rechter advocaat generaal bisschop koning commissaris onderzoeker
    fractievoorzitter secretaris ambassadeur
"""
_OFFICES_F = """
    ministerpresidente presidente directrice woordvoerster voorzitster trainster advocate koningin onderzoekster
"""
_NAMED_FOR_MEN = "woordvoerder koning"
_ARTICLES = """
    de het een deze dit die dat zijn haar hun onze mijn
"""
_PREPOSITIONS = """
    van voor met bij tegen aan op uit in over onder na naar door zonder tussen tot
"""
_FILLERS = """
    ook dan later nog toen daarbij verder eerder vandaag maar en want dus echter zo daarna intussen bovendien hierover
    zich het er wel
"""
_CALENDAR = Calendar(
    months=(
        "januari jan", "februari feb", "maart mrt", "april apr", "mei", "juni jun", "juli jul", "augustus aug",
        "september sept sep", "oktober okt", "november nov", "december dec",
    ),
    weekdays=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    days={
        "gisteren": "yesterday", "vandaag": "today", "morgen": "tomorrow", "eergisteren": "before yesterday",
        "overmorgen": "after tomorrow",
    },
    day_parts={
        "ochtend": "morning", "morgen": "morning", "middag": "afternoon", "avond": "evening", "nacht": "night",
    },
    units={
        "dag": "day", "dagen": "days", "week": "week", "weken": "weeks", "maand": "month", "maanden": "months",
        "jaar": "year", "jaren": "years",
    },
    numbers={
        "een": 1, "één": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "zeven": 7, "acht": 8, "negen": 9,
        "tien": 10, "elf": 11, "twaalf": 12, "vijftien": 15, "twintig": 20, "dertig": 30, "veertig": 40, "vijftig": 50,
        "honderd": 100,
    },
    last=("vorige", "vorig", "afgelopen"),
    next=("volgende", "volgend", "komende", "komend", "aanstaande"),
    this=("deze", "dit"),
    leads=("in", "tot", "vanaf", "begin", "eind", "medio", "jaar", "rond"),
    since=("sinds",),
    ago_after=("geleden",),
    ahead=("over",),
    seasons={"lente": "spring", "voorjaar": "spring", "zomer": "summer", "herfst": "autumn", "najaar": "autumn",
             "winter": "winter"},
    joints=("van",),
    decade_nouns=("jaren",),
    decades={
        "twintig": 2, "dertig": 3, "veertig": 4, "vijftig": 5, "zestig": 6, "zeventig": 7, "tachtig": 8, "negentig": 9,
    },
    looks_ahead=("zal", "zullen", "wil", "willen", "gaat", "gaan", "moet", "moeten", "kan", "kunnen"),
)  # fmt: skip

DUTCH = Language(
    code="nl",
    name="Dutch",
    pipeline="nl_core_news_md",
    marks=(("‘", "’"), ("“", "”"), ("„", "”"), ("'", "'")),
    verbs=tuple(_VERBS.split()),
    plural_verbs=tuple(_PLURAL_VERBS.split()),
    participles=tuple(_PARTICIPLES.split()),
    auxiliaries=("heeft", "had", "hebben", "hadden"),
    split_verbs=_SPLIT_VERBS,
    according=("volgens", "naar zeggen van"),
    appended=("aldus",),
    articles=tuple(_ARTICLES.split()),
    pronouns={"hij": "m", "zij": "f", "ze": "f"},
    prepositions=tuple(_PREPOSITIONS.split()),
    addresses={"heer": "m", "meneer": "m", "dhr": "m", "mevrouw": "f", "mevr": "f", "mw": "f", "dr": "", "prof": ""},
    offices={
        **dict.fromkeys(_OFFICES_M.split(), ""), **dict.fromkeys(_NAMED_FOR_MEN.split(), "m"),
        **dict.fromkeys(_OFFICES_F.split(), "f"),
    },
    particles=("van", "de", "der", "den", "ter", "ten", "te", "het", "von"),
    fillers=tuple(_FILLERS.split()),
    calendar=_CALENDAR,
    examples=(
        Example(
            "‘We sluiten de sluis niet’, zei Wietske Halbertsveen op 23 november 2001.",
            "We sluiten de sluis niet", "Wietske Halbertsveen", "zei", ("2001-11-23",),
        ),
        Example(
            "Burgemeester Joris van der Plasmolen legde donderdag uit: “De brug houdt het.”",
            "De brug houdt het.", "Joris van der Plasmolen", "legde", ("2001-11-22",),
        ),
        Example("“Het is bijna klaar”, aldus Wietske Halbertsveen.", "Het is bijna klaar", "Wietske Halbertsveen",
                "aldus"),
        Example("Volgens minister Joris van der Plasmolen is dat “goed nieuws voor iedereen”.",
                "goed nieuws voor iedereen", "Joris van der Plasmolen", "Volgens"),
        Example("Drie weken geleden, in de herfst van 1999 en in de jaren negentig.", "",
                dates=("2001-W44", "1999-FA", "199")),
    ),
)  # fmt: skip
