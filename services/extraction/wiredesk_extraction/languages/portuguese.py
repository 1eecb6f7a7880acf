"""Portuguese, of Portugal and Brazil: “…” and «…», the dash of dialogue, verbs that need no pronoun ("afirmou")."""

from wiredesk_extraction.languages.language import Calendar, Example, Language

__all__ = ["PORTUGUESE"]

_VERBS = """
    diz disse dizia afirma afirmou afirmava explica explicou explicava declara declarou declarava acrescenta
    acrescentou acrescentava completa completou ressalta ressaltou destaca destacou destacava conta contou contava
    lembra lembrou lembrava garante garantiu garantia sublinha sublinhou sublinhava sustenta sustentou sustentava
    comenta comentou comentava anuncia anunciou anunciava adianta adiantou adiantava alerta alertou alertava avisa
    avisou denuncia denunciou denunciava responde respondeu respondia reconhece reconheceu reconhecia admite admitiu
    admitia promete prometeu prometia pede pediu pedia exige exigiu exigia confirma confirmou confirmava escreve
    escreveu escrevia conclui concluiu concluía defende defendeu defendia critica criticou criticava lamenta
    lamentou lamentava refere referiu referia salienta salientou salientava reforça reforçou reitera reiterou relata
    relatou relatava opina opinou pergunta perguntou perguntava exclama exclamou insiste insistiu insistia observa
    observou observava frisa frisou frisava informa informou informava avalia avaliou considera considerou
    considerava
"""
_PLURAL_VERBS = """
    dizem disseram afirmam afirmaram explicam explicaram declaram declararam acrescentam acrescentaram contam contaram
    lembram lembraram garantem garantiram anunciam anunciaram alertam alertaram denunciam denunciaram reconhecem
    reconheceram pedem pediram exigem exigiram confirmam confirmaram defendem defenderam lamentam lamentaram informam
    informaram
"""
_PARTICIPLES = """
    dito afirmado explicado declarado acrescentado destacado contado lembrado garantido sublinhado sustentado comentado
    anunciado adiantado alertado avisado denunciado respondido reconhecido admitido prometido pedido exigido confirmado
    escrito concluído defendido criticado lamentado referido salientado reforçado reiterado relatado
"""
_OFFICES_M = """
    ministro presidente diretor prefeito deputado senador porta-voz juiz procurador advogado professor treinador
    secretário embaixador comissário general coronel governador vereador autarca rei papa delegado bispo
"""
_OFFICES_F = """
    ministra presidenta diretora prefeita deputada senadora juíza procuradora advogada professora treinadora secretária
    embaixadora comissária governadora vereadora rainha delegada
"""
_EITHER = dict.fromkeys(("presidente", "porta-voz", "general", "autarca"), "")
_ARTICLES = """
    o a os as um uma uns umas este esta esse essa seu sua seus suas aquele aquela
"""
_PREPOSITIONS = """
    de do da dos das d' a ao à aos às com para contra por pelo pela sobre em no na nos nas entre sem após
"""
_FILLERS = """
    também ainda depois ontem hoje mas e então já se lhe me nos por sua vez porém assim além disso não
"""
_CALENDAR = Calendar(
    months=(
        "janeiro jan", "fevereiro fev", "março mar", "abril abr", "maio", "junho jun", "julho jul", "agosto ago",
        "setembro set", "outubro out", "novembro nov", "dezembro dez",
    ),
    weekdays=(
        "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo",
    ),
    days={
        "ontem": "yesterday", "hoje": "today", "amanhã": "tomorrow", "anteontem": "before yesterday",
        "depois de amanhã": "after tomorrow",
    },
    day_parts={
        "de manhã": "morning", "à tarde": "afternoon", "à noite": "night", "pela manhã": "morning",
    },
    units={
        "dia": "day", "dias": "days", "semana": "week", "semanas": "weeks", "mês": "month", "meses": "months",
        "ano": "year", "anos": "years",
    },
    numbers={
        "um": 1, "uma": 1, "dois": 2, "duas": 2, "três": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8,
        "nove": 9, "dez": 10, "onze": 11, "doze": 12, "quinze": 15, "vinte": 20, "trinta": 30, "quarenta": 40,
        "cinquenta": 50, "cem": 100,
    },
    last=("passado", "passada", "último", "última"),
    next=("próximo", "próxima", "que vem"),
    this=("este", "esta", "neste", "nesta", "deste", "desta"),
    leads=("em", "até", "ano", "final", "início", "meados", "no", "na"),
    since=("desde",),
    ago=("há",),
    ago_after=("atrás",),
    ahead=("dentro de", "daqui a"),
    joints=("de", "do", "da"),
    ordinals=("º", "°"),
    seasons={"primavera": "spring", "verão": "summer", "outono": "autumn", "inverno": "winter"},
    decade_nouns=("anos", "década"),
    decades={
        "vinte": 2, "trinta": 3, "quarenta": 4, "cinquenta": 5, "sessenta": 6, "setenta": 7, "oitenta": 8,
        "noventa": 9,
    },
    looks_ahead=("será", "serão", "haverá", "vai", "vão", "terá", "terão", "deve", "devem", "poderá", "poderão"),
)  # fmt: skip

PORTUGUESE = Language(
    code="pt",
    name="Portuguese",
    pipeline="pt_core_news_md",
    marks=(("“", "”"), ("«", "»"), ("‘", "’")),
    speech_dash=True,
    drops_pronouns=True,
    verbs=tuple(_VERBS.split()),
    plural_verbs=tuple(_PLURAL_VERBS.split()),
    participles=tuple(_PARTICIPLES.split()),
    auxiliaries=("tem", "têm", "tinha", "tinham", "havia", "teria"),
    according=("segundo", "de acordo com", "conforme", "na opinião de"),
    articles=tuple(_ARTICLES.split()),
    pronouns={"ele": "m", "ela": "f"},
    prepositions=tuple(_PREPOSITIONS.split()),
    addresses={
        "sr": "m", "senhor": "m", "dom": "m", "sra": "f", "senhora": "f", "dona": "f", "dr": "m", "dra": "f",
    },
    offices={**dict.fromkeys(_OFFICES_M.split(), "m"), **dict.fromkeys(_OFFICES_F.split(), "f"), **_EITHER},
    particles=("de", "da", "do", "dos", "das", "von", "van"),
    fillers=tuple(_FILLERS.split()),
    calendar=_CALENDAR,
    examples=(
        Example(
            "“Não fecharemos o mercado”, afirmou Belmira Saraivota em 23 de novembro de 2001.",
            "Não fecharemos o mercado", "Belmira Saraivota", "afirmou", ("2001-11-23",),
        ),
        Example(
            "A prefeita de Rio Turvado, Belmira Saraivota, explicou: “A ponte vai aguentar”.",
            "A ponte vai aguentar", "Belmira Saraivota", "explicou",
        ),
        Example("Belmira Saraivota disse que sim. “Falta pouco”, acrescentou na quinta-feira passada.",
                "Falta pouco", "Belmira Saraivota", "acrescentou", ("2001-11-22",)),
        Example("Segundo o ministro Tomé Albernoa, é “uma boa notícia para todos”.",
                "uma boa notícia para todos", "Tomé Albernoa", "Segundo"),
        Example("Há duas semanas, no outono de 1999 e nos anos 90.", "", dates=("2001-W45", "1999-FA", "199")),
    ),
)  # fmt: skip
