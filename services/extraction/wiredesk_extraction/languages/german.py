"""German. Sources of the word lists: reporting verbs as agencies print them, in present and past."""

from wiredesk_extraction.languages.language import Calendar, Example, Language

__all__ = ["GERMAN"]

_VERBS = """
    sagt sagte erklärt erklärte betont betonte meint meinte ergänzt ergänzte berichtet berichtete erzählt erzählte
    kritisiert kritisierte warnt warnte fordert forderte verlangt verlangte behauptet behauptete bestätigt bestätigte
    versichert versicherte verspricht versprach antwortet antwortete entgegnet entgegnete erwidert erwiderte fragt
    fragte schreibt schrieb nennt nannte bezeichnet bezeichnete sprach spricht mahnt mahnte klagt klagte lobt lobte
    urteilt urteilte bekräftigt bekräftigte erläutert erläuterte beklagt beklagte verkündet verkündete unterstreicht
    unterstrich bemerkt bemerkte argumentiert argumentierte begründet begründete schildert schilderte beteuert
    beteuerte widerspricht widersprach
    scherzt scherzte rief wettert wetterte prophezeit prophezeite mutmaßt mutmaßte resümiert resümierte
"""
_PLURAL_VERBS = """
    sagen sagten erklären erklärten betonen betonten meinen meinten ergänzen ergänzten berichten berichteten erzählen
    erzählten kritisieren kritisierten warnen warnten fordern forderten verlangen verlangten behaupten behaupteten
    bestätigen bestätigten versichern versicherten antworten antworteten fragen fragten schreiben schrieben nennen
    nannten bezeichnen bezeichneten mahnen mahnten klagen klagten loben lobten erläutern erläuterten
"""
_PARTICIPLES = """
    gesagt erklärt betont gemeint ergänzt berichtet erzählt kritisiert gewarnt gefordert behauptet bestätigt versichert
    versprochen geantwortet geschrieben genannt bezeichnet gesprochen mitgeteilt angekündigt hinzugefügt
"""
_SPLIT_VERBS = {
    "teilt": "mit", "teilte": "mit", "teilten": "mit", "fügt": "hinzu an", "fügte": "hinzu an", "gab": "an bekannt",
    "gibt": "an bekannt", "gaben": "an bekannt", "räumt": "ein", "räumte": "ein", "kündigt": "an", "kündigte": "an",
    "weist": "zurück hin", "wies": "zurück hin", "stellt": "fest klar", "stellte": "fest klar", "führt": "aus",
    "führte": "aus", "setzt": "hinzu", "setzte": "hinzu", "stimmt": "zu", "stimmte": "zu", "hält": "fest",
    "hielt": "fest entgegen", "fasst": "zusammen", "fasste": "zusammen",
}  # fmt: skip
_ARTICLES = """
    der die das den dem des ein eine einen einem einer eines dieser diese dieses diesem diesen sein seine seiner seinem
    seinen ihr ihre ihrer ihrem ihren dessen deren
"""
_PREPOSITIONS = """
    von vom zu zum zur mit bei beim gegen für an am auf aus in im über unter vor nach seit durch ohne um gegenüber trotz
    wegen neben zwischen
"""
_MALE_OFFICES = """
    minister präsident kanzler sprecher chef vorsitzender vorsitzende landrat bürgermeister oberbürgermeister senator
    abgeordneter direktor leiter trainer experte forscher richter staatsanwalt anwalt general pfarrer bischof pastor
    geschäftsführer vorstand sekretär botschafter kommissar professor papst könig künstler autor kapitän unternehmer
    wissenschaftler beauftragter manager intendant
"""
_FEMALE_OFFICES = """
    ministerin präsidentin kanzlerin sprecherin chefin landrätin bürgermeisterin oberbürgermeisterin senatorin
    abgeordnete direktorin leiterin trainerin expertin forscherin richterin staatsanwältin anwältin pfarrerin bischöfin
    pastorin geschäftsführerin sekretärin botschafterin kommissarin professorin königin künstlerin autorin kapitänin
    unternehmerin wissenschaftlerin beauftragte managerin intendantin
"""
_EITHER = {"vorsitzende": "", "abgeordnete": "", "beauftragte": ""}
"""Adjectives by origin: with "die" a woman's, in some cases a man's."""

_FILLERS = """
    auch dann dazu nun jetzt später zuvor weiter wörtlich außerdem zudem aber doch und denn so noch bereits schon
    hingegen dagegen jedoch etwa am abend morgen nachmittag mittag vormittag nacht mittags abends zuletzt danach damals
    nur kürzlich anschließend gestern sich es daraufhin schließlich
"""
_CALENDAR = Calendar(
    months=(
        "januar jänner jan", "februar feber feb", "märz mär", "april apr", "mai", "juni jun", "juli jul",
        "august aug", "september sept sep", "oktober okt", "november nov", "dezember dez",
    ),
    weekdays=("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag sonnabend", "sonntag"),
    days={
        "gestern": "yesterday", "heute": "today", "morgen": "tomorrow", "vorgestern": "before yesterday",
        "übermorgen": "after tomorrow",
    },
    day_parts={
        "morgen": "morning", "früh": "morning", "vormittag": "morning", "nachmittag": "afternoon", "abend": "evening",
        "nacht": "night",
    },
    units={
        "tag": "day", "tage": "days", "tagen": "days", "woche": "week", "wochen": "weeks", "monat": "month",
        "monate": "months", "monaten": "months", "monats": "month", "jahr": "year", "jahre": "years", "jahren": "years",
        "jahres": "year",
    },
    numbers={
        "einem": 1, "einer": 1, "ein": 1, "eine": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6,
        "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12, "zwanzig": 20, "dreißig": 30,
        "fünfzig": 50, "hundert": 100,
    },
    last=("vergangenen", "vergangene", "vergangener", "letzten", "letzte", "letzter", "vorigen", "vorige", "voriger"),
    next=("nächsten", "nächste", "nächster", "kommenden", "kommende", "kommender"),
    this=("diesem", "diese", "dieser", "diesen", "dieses"),
    leads=("im", "in", "ab", "bis", "anfang", "ende", "mitte", "jahr", "jahre", "jahren", "jahres", "zum",
           "vom", "frühestens", "spätestens"),
    since=("seit",),
    ago=("vor",),
    ahead=("in",),
    seasons={"frühling": "spring", "frühjahr": "spring", "sommer": "summer", "herbst": "autumn", "winter": "winter"},
    decade_nouns=("jahre", "jahren"),
    decade_suffix="er",
    decades={
        "zwanziger": 2, "dreißiger": 3, "vierziger": 4, "fünfziger": 5, "sechziger": 6, "siebziger": 7, "achtziger": 8,
        "neunziger": 9,
    },
    looks_ahead=("wird", "werden", "will", "wollen", "soll", "sollen", "kann", "können"),
)  # fmt: skip

GERMAN = Language(
    code="de",
    name="German",
    pipeline="de_core_news_md",
    marks=(("„", "“"), ("»", "«"), ("«", "»"), ("“", "”"), ("‚", "‘"), ("›", "‹"), ("‹", "›")),
    verbs=tuple(_VERBS.split()),
    plural_verbs=tuple(_PLURAL_VERBS.split()),
    participles=tuple(_PARTICIPLES.split()),
    auxiliaries=("hat", "hatte", "haben", "hatten"),
    split_verbs=_SPLIT_VERBS,
    according=("laut", "nach angaben von", "nach angaben", "nach den worten von", "nach ansicht von"),
    appended=("so",),
    hearsay=("habe", "sei", "werde", "wolle", "könne", "müsse", "dürfe", "solle", "gebe", "gehe", "komme", "seien"),
    articles=tuple(_ARTICLES.split()),
    pronouns={"er": "m", "sie": "f"},
    prepositions=tuple(_PREPOSITIONS.split()),
    addresses={"herr": "m", "herrn": "m", "frau": "f", "dr": "", "prof": "", "baron": "m", "freifrau": "f"},
    offices={
        **dict.fromkeys(_MALE_OFFICES.split(), "m"), **dict.fromkeys(_FEMALE_OFFICES.split(), "f"), **_EITHER,
    },
    particles=("von", "van", "de", "der", "den"),
    fillers=tuple(_FILLERS.split()),
    capitalises_nouns=True,
    calendar=_CALENDAR,
    examples=(
        Example(
            "„Wir räumen den Hof“, sagte Hella Brinkmöller am Donnerstag.",
            "Wir räumen den Hof", "Hella Brinkmöller", "sagte", ("2001-11-22",),
        ),
        Example(
            "Jost Wendeling erklärte am 3. Dezember 2001: »Der Deich hält.«",
            "Der Deich hält.", "Jost Wendeling", "erklärte", ("2001-12-03",),
        ),
        Example(
            "„Das reicht nicht“, teilte Bürgermeisterin Ida Sommerkorn gestern mit.",
            "Das reicht nicht", "Ida Sommerkorn", "teilte", ("2001-11-22",),
        ),
        Example(
            "„Wir warten seit drei Wochen“, so Henk Oltmanns.", "Wir warten seit drei Wochen", "Henk Oltmanns", "so",
        ),
        Example("Laut Minister Udo Ahlering ist das „ein schlechter Scherz“.", "ein schlechter Scherz",
                "Udo Ahlering", "Laut"),
        Example("Vor zwei Jahren, im Herbst 1999, hieß er „der Sturm vom Watt“.", "der Sturm vom Watt",
                dates=("1999", "1999-FA")),
        Example("Im vergangenen Jahr und seit 1998 war es wie in den fünfziger Jahren.", "",
                dates=("2000", "1998", "195")),
    ),
)  # fmt: skip
