"""French: « … », inverted clauses with a pronoun at the verb ("a-t-elle dit"), the dash of dialogue."""

from wiredesk_extraction.languages.language import Calendar, Example, Language

__all__ = ["FRENCH"]

_VERBS = """
    dit disait déclare déclarait déclara affirme affirmait affirma explique expliquait expliqua précise précisait
    précisa ajoute ajoutait ajouta indique indiquait indiqua assure assurait assura estime estimait estima souligne
    soulignait souligna raconte racontait raconta confie confiait confia martèle martelait martela lance lançait
    lança regrette regrettait regretta rappelle rappelait rappela annonce annonçait annonça répond répondait
    répondit réplique répliquait répliqua rétorque rétorquait rétorqua note notait nota observe observait observa
    avertit avertissait dénonce dénonçait dénonça écrit écrivait écrivit promet promettait promit reconnaît
    reconnaissait reconnut admet admettait admit insiste insistait insista poursuit poursuivait poursuivit conclut
    concluait prévient prévenait prévint témoigne témoignait témoigna résume résumait résuma juge jugeait jugea
    plaide plaidait plaida soutient soutenait soutint réclame réclamait réclama détaille détaillait détailla glisse
    glissait glissa soupire soupirait soupira ironise ironisait ironisa tempère tempérait tempéra qualifie
    qualifiait qualifia demande demandait demanda s'exclame s'indigne s'inquiète s'interroge s'agace s'alarme
    s'étonne exclame indigne inquiète interroge félicite réjouit désole
"""
_PARTICIPLES = """
    dit déclaré affirmé expliqué précisé ajouté indiqué assuré estimé souligné raconté confié martelé lancé regretté
    rappelé annoncé répondu répliqué rétorqué noté observé averti dénoncé écrit promis reconnu admis insisté poursuivi
    conclu prévenu témoigné résumé jugé plaidé soutenu réclamé détaillé glissé ironisé tempéré qualifié demandé exclamé
    exclamée indigné indignée inquiété inquiétée félicité félicitée réjoui réjouie fustigé salué confirmé
"""
_PLURAL_VERBS = """
    disent déclarent affirment expliquent précisent ajoutent indiquent assurent estiment soulignent racontent confient
    regrettent rappellent annoncent répondent notent observent dénoncent écrivent promettent insistent réclament
    demandent
"""
_OFFICES_M = """
    ministre président directeur maire député sénateur préfet procureur avocat professeur entraîneur secrétaire
    ambassadeur porte-parole commissaire général colonel chercheur roi prince chancelier gouverneur
"""
_OFFICES_F = """
    présidente directrice mairesse députée sénatrice préfète procureure avocate professeure entraîneuse ambassadrice
    générale colonelle chercheuse reine princesse chancelière gouverneure
"""
_EITHER = dict.fromkeys(("ministre", "maire", "secrétaire", "porte-parole", "commissaire"), "")
_ARTICLES = """
    le la l' les un une des du ce cet cette ces son sa ses leur leurs mon ma notre
"""
_PREPOSITIONS = """
    de d' du des à au aux chez avec pour contre par sur sous dans en entre sans vers devant
"""
_FILLERS = """
    aussi encore alors ensuite également pour sa part lui-même elle-même mais et or car puis pourtant enfin ainsi
    vendredi-soir hier se s' ne n' l' y en plus tôt tard
"""
_CALENDAR = Calendar(
    months=(
        "janvier janv", "février févr fév", "mars", "avril avr", "mai", "juin", "juillet juil", "août",
        "septembre sept", "octobre oct", "novembre nov", "décembre déc",
    ),
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    days={
        "hier": "yesterday", "aujourd'hui": "today", "demain": "tomorrow", "avant-hier": "before yesterday",
        "après-demain": "after tomorrow",
    },
    day_parts={"matin": "morning", "après-midi": "afternoon", "soir": "evening", "nuit": "night"},
    units={
        "jour": "day", "jours": "days", "semaine": "week", "semaines": "weeks", "mois": "month", "an": "year",
        "ans": "years", "année": "year", "années": "years",
    },
    numbers={
        "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
        "dix": 10, "onze": 11, "douze": 12, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50,
        "cent": 100,
    },
    last=("dernier", "dernière", "passé", "passée"),
    next=("prochain", "prochaine"),
    this=("ce", "cet", "cette"),
    leads=("en", "dès", "fin", "début", "courant", "vers", "jusqu'en", "mi", "année"),
    since=("depuis",),
    ago=("il y a",),
    ahead=("dans",),
    ordinals=("er",),
    seasons={"printemps": "spring", "été": "summer", "automne": "autumn", "hiver": "winter"},
    decade_nouns=("années",),
    decades={
        "vingt": 2, "trente": 3, "quarante": 4, "cinquante": 5, "soixante": 6, "soixante-dix": 7, "quatre-vingt": 8,
        "quatre-vingt-dix": 9,
    },
    looks_ahead=("sera", "seront", "aura", "auront", "va", "vont", "doit", "doivent", "devra", "devront", "pourra"),
)  # fmt: skip

FRENCH = Language(
    code="fr",
    name="French",
    pipeline="fr_core_news_md",
    marks=(("«", "»"), ("“", "”"), ("‹", "›")),
    speech_dash=True,
    verbs=tuple(_VERBS.split()),
    plural_verbs=tuple(_PLURAL_VERBS.split()),
    participles=tuple(_PARTICIPLES.split()),
    auxiliaries=("a", "ont", "avait", "avaient", "est", "était", "aurait"),
    according=("selon", "d'après", "pour reprendre les mots de", "aux yeux de", "de l'avis de"),
    articles=tuple(_ARTICLES.split()),
    pronouns={"il": "m", "elle": "f", "on": ""},
    prepositions=tuple(_PREPOSITIONS.split()),
    addresses={
        "m": "m", "mm": "m", "monsieur": "m", "mme": "f", "mmes": "f", "madame": "f", "mlle": "f", "me": "", "dr": "",
        "pr": "", "maître": "", "docteur": "",
    },
    offices={**dict.fromkeys(_OFFICES_M.split(), "m"), **dict.fromkeys(_OFFICES_F.split(), "f"), **_EITHER},
    particles=("de", "du", "des", "le", "la", "d'", "von", "van", "ben", "el"),
    fillers=tuple(_FILLERS.split()),
    calendar=_CALENDAR,
    examples=(
        Example(
            "« Nous fermons la halle », a déclaré Odile Marchenoir le 23 novembre 2001.",
            "Nous fermons la halle", "Odile Marchenoir", "a déclaré", ("2001-11-23",),
        ),
        Example(
            "Le maire de Valbrune, Yvon Tessardier, explique : « Le pont tiendra. »",
            "Le pont tiendra.", "Yvon Tessardier", "explique",
        ),
        Example(
            "Odile Marchenoir a dit non. « Rien ne presse », a-t-elle ajouté jeudi.",
            "Rien ne presse", "Odile Marchenoir", "a-t-elle ajouté", ("2001-11-22",),
        ),
        Example("Selon Yvon Tessardier, c'est « une bonne nouvelle pour tous ».", "une bonne nouvelle pour tous",
                "Yvon Tessardier", "Selon"),
        Example(
            "– Je ne vendrai pas, dit Odile Marchenoir.", "Je ne vendrai pas", "Odile Marchenoir", "dit",
        ),
        Example("Il y a trois mois, l'année dernière et dans les années 1990.", "",
                dates=("2001-08", "2000", "199")),
    ),
)  # fmt: skip
