"""Spanish: «…» and “…”, the dash of dialogue, and verbs that need no pronoun ("añadió")."""

from wiredesk_extraction.languages.language import Calendar, Example, Language

__all__ = ["SPANISH"]

_VERBS = """
    dice dijo decía afirma afirmó afirmaba asegura aseguró aseguraba explica explicó explicaba señala señaló señalaba
    añade añadió añadía declara declaró declaraba indica indicó indicaba advierte advirtió advertía sostiene sostuvo
    sostenía manifiesta manifestó manifestaba comenta comentó comentaba cuenta contó contaba recuerda recordó recordaba
    subraya subrayó subrayaba destaca destacó destacaba insiste insistió insistía reconoce reconoció reconocía admite
    admitió admitía responde respondió respondía contesta contestó contestaba replica replicó replicaba anuncia anunció
    anunciaba promete prometió prometía denuncia denunció denunciaba lamenta lamentó lamentaba critica criticó criticaba
    pide pidió pedía exige exigió exigía confirma confirmó confirmaba escribe escribió escribía concluye concluyó
    concluía agrega agregó agregaba precisa precisó precisaba reitera reiteró reiteraba relata relató relataba remarca
    remarcó remarcaba apunta apuntó apuntaba opina opinó opinaba pregunta preguntó preguntaba exclama exclamó exclamaba
    resume resumió resumía califica calificó calificaba expresa expresó expresaba considera consideró consideraba
    enfatiza enfatizó informa informó informaba argumenta argumentó
"""
_PLURAL_VERBS = """
    dicen dijeron afirman afirmaron aseguran aseguraron explican explicaron señalan señalaron añaden añadieron declaran
    declararon indican indicaron advierten advirtieron sostienen sostuvieron recuerdan recordaron insisten insistieron
    reconocen reconocieron denuncian denunciaron lamentan lamentaron piden pidieron exigen exigieron informan informaron
"""
_PARTICIPLES = """
    dicho afirmado asegurado explicado señalado añadido declarado indicado advertido sostenido manifestado comentado
    contado recordado subrayado destacado insistido reconocido admitido respondido contestado replicado anunciado
    prometido denunciado lamentado criticado pedido exigido confirmado escrito concluido agregado precisado reiterado
    relatado remarcado apuntado opinado preguntado resumido calificado expresado considerado informado
"""
_OFFICES_M = """
    ministro presidente director alcalde diputado senador portavoz vocero juez fiscal abogado profesor entrenador
    secretario embajador comisario general coronel gobernador consejero rey papa concejal canciller
"""
_OFFICES_F = """
    ministra presidenta directora alcaldesa diputada senadora vocera jueza abogada profesora entrenadora secretaria
    embajadora comisaria gobernadora consejera reina concejala
"""
_EITHER = dict.fromkeys(("presidente", "portavoz", "fiscal", "juez", "general", "concejal", "canciller"), "")
_ARTICLES = """
    el la los las un una unos unas este esta estos estas su sus lo aquel aquella nuestro
"""
_PREPOSITIONS = """
    de del a al con para contra por sobre en entre sin hacia ante desde tras
"""
_FILLERS = """
    también además luego después ayer entonces pero y e así ya se le les lo me nos asimismo por su parte tras no
"""
_CALENDAR = Calendar(
    months=(
        "enero ene", "febrero feb", "marzo mar", "abril abr", "mayo", "junio jun", "julio jul", "agosto ago",
        "septiembre setiembre sept sep", "octubre oct", "noviembre nov", "diciembre dic",
    ),
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    days={
        "ayer": "yesterday", "hoy": "today", "mañana": "tomorrow", "anteayer": "before yesterday",
        "antes de ayer": "before yesterday", "pasado mañana": "after tomorrow",
    },
    day_parts={
        "por la mañana": "morning", "por la tarde": "afternoon", "por la noche": "night", "en la noche": "night",
        "en la mañana": "morning", "en la tarde": "afternoon",
    },
    units={
        "día": "day", "días": "days", "semana": "week", "semanas": "weeks", "mes": "month", "meses": "months",
        "año": "year", "años": "years",
    },
    numbers={
        "un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
        "diez": 10, "once": 11, "doce": 12, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50,
        "cien": 100,
    },
    last=("pasado", "pasada", "último", "última"),
    next=("próximo", "próxima", "que viene"),
    this=("este", "esta"),
    leads=("en", "hasta", "año", "finales", "principios", "mediados"),
    since=("desde",),
    ago=("hace",),
    ago_after=("atrás",),
    ahead=("dentro de", "en"),
    joints=("de", "del"),
    ordinals=("º", "°"),
    seasons={"primavera": "spring", "verano": "summer", "otoño": "autumn", "invierno": "winter"},
    decade_nouns=("años", "década"),
    decades={
        "veinte": 2, "treinta": 3, "cuarenta": 4, "cincuenta": 5, "sesenta": 6, "setenta": 7, "ochenta": 8,
        "noventa": 9,
    },
    looks_ahead=("será", "serán", "habrá", "va", "van", "tendrá", "tendrán", "debe", "deben", "podrá", "podrán"),
)  # fmt: skip

SPANISH = Language(
    code="es",
    name="Spanish",
    pipeline="es_core_news_md",
    marks=(("«", "»"), ("“", "”"), ("‘", "’")),
    speech_dash=True,
    drops_pronouns=True,
    verbs=tuple(_VERBS.split()),
    plural_verbs=tuple(_PLURAL_VERBS.split()),
    participles=tuple(_PARTICIPLES.split()),
    auxiliaries=("ha", "han", "había", "habían", "habría"),
    according=("según", "a juicio de", "en palabras de", "de acuerdo con"),
    articles=tuple(_ARTICLES.split()),
    pronouns={"él": "m", "ella": "f"},
    prepositions=tuple(_PREPOSITIONS.split()),
    addresses={
        "sr": "m", "señor": "m", "don": "m", "d": "m", "sra": "f", "señora": "f", "doña": "f", "dña": "f", "dr": "m",
        "dra": "f", "srta": "f", "señorita": "f",
    },
    offices={**dict.fromkeys(_OFFICES_M.split(), "m"), **dict.fromkeys(_OFFICES_F.split(), "f"), **_EITHER},
    particles=("de", "del", "la", "las", "los", "von", "van"),
    fillers=tuple(_FILLERS.split()),
    calendar=_CALENDAR,
    examples=(
        Example(
            "«No cerraremos la lonja», dijo Marisol Quintarela el 23 de noviembre de 2001.",
            "No cerraremos la lonja", "Marisol Quintarela", "dijo", ("2001-11-23",),
        ),
        Example(
            "La alcaldesa de Puerto Umbrío, Marisol Quintarela, ha explicado: “El muelle aguantará”.",
            "El muelle aguantará", "Marisol Quintarela", "ha explicado",
        ),
        Example("Marisol Quintarela dijo que sí. “Queda poco”, añadió el jueves pasado.", "Queda poco",
                "Marisol Quintarela", "añadió", ("2001-11-22",)),
        Example("—No volveremos —dijo Bruno Salvaleda—. Ya no.", "No volveremos", "Bruno Salvaleda", "dijo"),
        Example("Según el ministro Bruno Salvaleda, es “una buena noticia para todos”.",
                "una buena noticia para todos", "Bruno Salvaleda", "Según"),
        Example("Hace dos semanas, en otoño de 1999 y en los años noventa.", "",
                dates=("2001-W45", "1999-FA", "199")),
    ),
)  # fmt: skip
