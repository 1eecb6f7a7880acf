"""Italian: «…» and “…”, "ha detto", and verbs that need no pronoun ("aggiunge")."""

from wiredesk_extraction.languages.language import Calendar, Example, Language

__all__ = ["ITALIAN"]

_VERBS = """
    dice disse diceva afferma affermò affermava spiega spiegò spiegava aggiunge aggiunse aggiungeva dichiara dichiarò
    dichiarava sottolinea sottolineò sottolineava racconta raccontò raccontava sostiene sostenne sosteneva osserva
    osservò osservava ricorda ricordò ricordava assicura assicurò assicurava annuncia annunciò annunciava precisa
    precisò precisava conferma confermò confermava avverte avvertì avvertiva denuncia denunciò denunciava risponde
    rispose rispondeva replica replicò replicava commenta commentò commentava conclude concluse concludeva scrive
    scrisse scriveva ammette ammise ammetteva promette promise prometteva chiede chiese chiedeva ribadisce ribadì
    ribadiva insiste insistette insisteva esclama esclamò esclamava nota notò notava critica criticò criticava attacca
    attaccò definisce definì definiva riferisce riferì riferiva chiarisce chiarì chiariva evidenzia evidenziò prosegue
    proseguì proseguiva confida confidò grida gridò riconosce riconobbe riconosceva lamenta lamentò lamentava
"""
_PLURAL_VERBS = """
    dicono dissero affermano affermarono spiegano spiegarono aggiungono aggiunsero dichiarano dichiararono sottolineano
    raccontano sostengono osservano ricordano assicurano annunciano precisano confermano avvertono denunciano rispondono
    commentano concludono scrivono chiedono ribadiscono insistono riferiscono
"""
_PARTICIPLES = """
    detto affermato spiegato aggiunto dichiarato sottolineato raccontato sostenuto osservato ricordato assicurato
    annunciato precisato confermato avvertito denunciato risposto replicato commentato concluso scritto ammesso promesso
    chiesto ribadito insistito esclamato notato criticato attaccato definito riferito chiarito evidenziato proseguito
    confidato riconosciuto lamentato
"""
_OFFICES_M = """
    ministro presidente direttore sindaco deputato senatore portavoce giudice procuratore avvocato professore allenatore
    segretario ambasciatore commissario generale colonnello governatore assessore re papa premier prefetto vescovo
"""
_OFFICES_F = """
    ministra presidentessa direttrice sindaca deputata senatrice procuratrice avvocata professoressa allenatrice
    segretaria ambasciatrice commissaria governatrice assessora regina prefetta
"""
_EITHER = dict.fromkeys(("presidente", "portavoce", "giudice", "premier", "ministro", "sindaco"), "")
_ARTICLES = """
    il lo la l' i gli le un uno una un' questo questa questi queste suo sua suoi sue
"""
_PREPOSITIONS = """
    di del dello della dell' dei degli delle d' a al allo alla all' ai agli alle con per contro da dal dalla dall'
    su sul sulla in nel nella tra fra
"""
_FILLERS = """
    anche poi ancora inoltre ieri oggi però ma e ed così già si ci mi quindi infine invece intanto dal canto suo non
"""
_CALENDAR = Calendar(
    months=(
        "gennaio gen", "febbraio feb", "marzo mar", "aprile apr", "maggio mag", "giugno giu", "luglio lug",
        "agosto ago", "settembre set sett", "ottobre ott", "novembre nov", "dicembre dic",
    ),
    weekdays=("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    days={
        "ieri": "yesterday", "oggi": "today", "domani": "tomorrow", "l'altro ieri": "before yesterday",
        "avantieri": "before yesterday", "dopodomani": "after tomorrow",
    },
    day_parts={
        "mattina": "morning", "mattino": "morning", "pomeriggio": "afternoon", "sera": "evening", "notte": "night",
    },
    units={
        "giorno": "day", "giorni": "days", "settimana": "week", "settimane": "weeks", "mese": "month", "mesi": "months",
        "anno": "year", "anni": "years",
    },
    numbers={
        "un": 1, "uno": 1, "una": 1, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8,
        "nove": 9, "dieci": 10, "undici": 11, "dodici": 12, "quindici": 15, "venti": 20, "trenta": 30, "quaranta": 40,
        "cinquanta": 50, "cento": 100,
    },
    last=("scorso", "scorsa", "passato", "passata"),
    next=("prossimo", "prossima"),
    this=("questo", "questa", "quest'"),
    leads=("nel", "del", "al", "in", "nell'", "fine", "inizio", "metà", "anno"),
    since=("dal", "dall'",),
    ago_after=("fa", "or sono"),
    ahead=("tra", "fra"),
    ordinals=("º", "°"),
    seasons={
        "primavera": "spring", "estate": "summer", "autunno": "autumn", "inverno": "winter",
    },
    joints=("del", "di"),
    decade_nouns=("anni",),
    decades={
        "venti": 2, "trenta": 3, "quaranta": 4, "cinquanta": 5, "sessanta": 6, "settanta": 7, "ottanta": 8,
        "novanta": 9,
    },
    looks_ahead=("sarà", "saranno", "avrà", "avranno", "dovrà", "dovranno", "potrà", "potranno"),
)  # fmt: skip

ITALIAN = Language(
    code="it",
    name="Italian",
    pipeline="it_core_news_md",
    marks=(("«", "»"), ("“", "”"), ("‘", "’")),
    drops_pronouns=True,
    verbs=tuple(_VERBS.split()),
    plural_verbs=tuple(_PLURAL_VERBS.split()),
    participles=tuple(_PARTICIPLES.split()),
    auxiliaries=("ha", "hanno", "aveva", "avevano", "avrebbe"),
    according=("secondo", "a detta di", "a giudizio di", "stando a"),
    articles=tuple(_ARTICLES.split()),
    pronouns={"lui": "m", "egli": "m", "lei": "f", "ella": "f"},
    prepositions=tuple(_PREPOSITIONS.split()),
    addresses={
        "sig": "m", "signor": "m", "signore": "m", "sig.ra": "f", "signora": "f", "dott": "m", "dottor": "m",
        "dottoressa": "f", "don": "m", "avv": "", "ing": "",
    },
    offices={**dict.fromkeys(_OFFICES_M.split(), "m"), **dict.fromkeys(_OFFICES_F.split(), "f"), **_EITHER},
    particles=("de", "di", "del", "della", "da", "dal", "d'", "von", "van"),
    fillers=tuple(_FILLERS.split()),
    calendar=_CALENDAR,
    examples=(
        Example(
            "«Non chiudiamo il mercato», ha detto Loredana Fieschetti il 23 novembre 2001.",
            "Non chiudiamo il mercato", "Loredana Fieschetti", "ha detto", ("2001-11-23",),
        ),
        Example(
            "Il sindaco di Valcupa, Ivo Terragnolo, spiega: «Il ponte terrà».",
            "Il ponte terrà", "Ivo Terragnolo", "spiega",
        ),
        Example("Loredana Fieschetti ha detto di sì. «Manca poco», ha aggiunto giovedì scorso.", "Manca poco",
                "Loredana Fieschetti", "ha aggiunto", ("2001-11-22",)),
        Example("Secondo l'assessore Ivo Terragnolo è “una buona notizia per tutti”.",
                "una buona notizia per tutti", "Ivo Terragnolo", "Secondo"),
        Example("Tre settimane fa, nell'estate del 1999 e negli anni Novanta.", "",
                dates=("2001-W44", "1999-SU", "199")),
    ),
)  # fmt: skip
