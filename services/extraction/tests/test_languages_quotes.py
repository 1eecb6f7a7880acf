"""Whose words quotations are, in languages without rules of their own and without a pipeline."""

from collections.abc import Callable

import pytest
from wiredesk.events import Quote
from wiredesk_extraction.facts import Facts
from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.languages.registry import BY_CODE

Read = Callable[[Language, str], Facts]


@pytest.fixture
def quotes(read_plainly: Read) -> Callable[[str, str], list[Quote]]:
    def run(code: str, text: str) -> list[Quote]:
        return list(read_plainly(BY_CODE[code], text).quotes)

    return run


Quotes = Callable[[str, str], list[Quote]]


def told(found: list[Quote]) -> list[tuple[str, str | None]]:
    return [(quote.text, quote.speaker.name if quote.speaker else None) for quote in found]


SPOKEN = [
    ("de", "»Es ist hell«, sagte am Montagabend der Leiter des Amtes, Peter Wulfes.", "Es ist hell", "Peter Wulfes"),
    ("de", "Innenministerin Karla Ostendörp (SPD) nannte die Lage „sehr ernst“.", "sehr ernst", "Karla Ostendörp"),
    ("de", "Karla Ostendörp mahnte zur Ruhe. Dem Amt hatte Ostendörp gesagt: „Nein.“", "Nein.", "Karla Ostendörp"),
    ("de", "Ein Sprecher von Hans Wehnert bestätigte: „Es gibt Gespräche.“", "Es gibt Gespräche.", "Ein Sprecher"),
    ("de", "„Wir gehen“, sagte Jost Oltmann, „und kommen wieder.“", "und kommen wieder.", "Jost Oltmann"),
    ("fr", "« On verra », glisse un proche.", "On verra", "un proche"),
    ("fr", "« Non », s'est indignée jeudi la maire de Valbrune, Lise Cordevant.", "Non", "Lise Cordevant"),
    ("fr", "« Il faut attendre », a déclaré à l'AFP le ministre Jean Valcroze.", "Il faut attendre", "Jean Valcroze"),
    ("fr", "M. Rimbert a jugé la décision « tout à fait injuste ».", "tout à fait injuste", "Rimbert"),
    ("es", "“No hay dinero”, afirmó este jueves el alcalde, Tomás Berzosa.", "No hay dinero", "Tomás Berzosa"),
    ("es", "El lunes, la empresa aseguró: “Todo está en orden”.", "Todo está en orden", "la empresa"),
    ("es", "“Nos vamos”, dijo a Tomás Berzosa un vecino.", "Nos vamos", "un vecino"),
    ("it", "«È una vergogna», ha detto ieri all'Ansa il sindaco di Colleforte, Marco Pratesi.", "È una vergogna",
     "Marco Pratesi"),
    ("it", "«Andiamo via», grida un uomo.", "Andiamo via", "un uomo"),
    ("pt", "“Não sei”, respondeu Nuno Sarmento, “mas vou perguntar”.", "mas vou perguntar", "Nuno Sarmento"),
    ("pt", "— Não volto — disse Artur Belchior. — Nunca mais.", "Nunca mais.", "Artur Belchior"),
    ("nl", "Minister Bram Terpstra laat weten: ‘Het plan gaat door.’", "Het plan gaat door.", "Bram Terpstra"),
    ("nl", "Een woordvoerder van Bram Terpstra zei dat het ‘veel te vroeg’ was.", "veel te vroeg", "Een woordvoerder"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "said", "speaker"), SPOKEN)
def test_the_one_beside_the_cue_speaks(quotes: Quotes, code: str, text: str, said: str, speaker: str) -> None:
    assert (said, speaker) in told(quotes(code, text))


UNSURE = [
    ("de", "„Das ist ein übler Witz“, hieß es aus der Partei."),
    ("de", "Die Experten waren lange unterwegs gewesen. „Das reicht einfach nicht aus.“"),
    ("fr", "« Ceci n'est pas vrai », lit-on sur une affiche."),
    ("es", "El cartel de la entrada decía muchas cosas. «Aquí no se fía nunca»"),
    ("nl", "Op de gevel hing een bord. ‘Hier waakt de hond’"),
]


@pytest.mark.parametrize(("code", "text"), UNSURE)
def test_words_that_nobody_is_said_to_have_said_have_no_speaker(quotes: Quotes, code: str, text: str) -> None:
    [quote] = quotes(code, text)
    assert quote.speaker is None


def test_the_next_speaker_is_not_the_one_before(quotes: Quotes) -> None:
    found = quotes("de", "„Ich gehe“, sagte Ida Malchow. Wehnert bebte: „Ich bleibe hier.“")
    assert told(found) == [("Ich gehe", "Ida Malchow"), ("Ich bleibe hier.", None)]


def test_a_sentence_that_follows_at_once_is_the_same_persons(quotes: Quotes) -> None:
    found = quotes("fr", "« Non », a dit Lise Cordevant. « Nous restons ici. » Le train est parti.")
    assert told(found) == [("Non", "Lise Cordevant"), ("Nous restons ici.", "Lise Cordevant")]


def test_the_names_of_papers_and_ships_are_no_quotes(quotes: Quotes) -> None:
    assert quotes("de", "Der Zeitung „Tageskurier“ sagte Ida Malchow nichts. Die „Neue Frieda“ lag im Hafen.") == []


def test_hearsay_goes_on_with_the_one_told_of(quotes: Quotes) -> None:
    text = "Der Landrat, Udo Ahlering, lobte den Plan. Er habe „lange gewartet“. Der Zug fuhr „wie immer um acht“."
    first, second = quotes("de", text)
    assert first.speaker
    assert (first.speaker.text, first.speaker.name, first.cue) == ("Er", "Udo Ahlering", None)
    assert second.speaker is None


def test_a_verb_without_subject_goes_on_with_the_last_speaker_where_the_language_does_so(quotes: Quotes) -> None:
    spanish = quotes("es", "“No hay dinero”, afirmó Tomás Berzosa.\n\n“Hay que esperar”, añadió.")
    assert told(spanish)[1] == ("Hay que esperar", "Tomás Berzosa")
    german = quotes("de", "„Es gibt kein Geld“, sagte Jost Oltmann.\n\n„Wir müssen warten“, ergänzte.")
    assert told(german)[1] == ("Wir müssen warten", None)


def test_a_pronoun_stands_for_the_only_person_who_fits(quotes: Quotes) -> None:
    [_, quote] = quotes("de", "„Nein“, sagte Ministerin Ida Malchow zu Sprecher Jost Oltmann. „Ja“, sagte sie.")
    assert quote.speaker
    assert (quote.speaker.text, quote.speaker.name) == ("sie", "Ida Malchow")


def test_a_pronoun_that_two_may_be_stands_for_neither(quotes: Quotes) -> None:
    found = quotes("it", "Elisa Vannozzi ha detto di sì, Marta Pratesi ha detto di no. «Non lo so», risponde lei.")
    assert found[0].speaker
    assert found[0].speaker.entity_id is None


def test_a_guess_says_so(quotes: Quotes) -> None:
    text = "“No hay dinero”, afirmó Tomás Berzosa. “Hay que esperar”, añadió."
    sure, guessed = (quote.speaker for quote in quotes("es", text))
    assert sure
    assert guessed
    assert (sure.unsure, guessed.unsure) == (False, True)


def test_a_list_with_dashes_is_no_speech(quotes: Quotes) -> None:
    assert quotes("fr", "– Le pont, fermé depuis mai\n– La halle, vendue hier\n– Le port") == []


def test_apostrophes_open_nothing(quotes: Quotes) -> None:
    assert quotes("nl", "Zo'n 20 auto's stonden 's avonds in 's-Gravendam, zo'n dag was 't.") == []


def test_one_person_is_one_entity_with_form_of_address_and_office(read_plainly: Read) -> None:
    text = "„Nein“, sagte Ministerin Ida Malchow. „Doch“, sagte Frau Malchow. Malchow ging."
    [person] = read_plainly(BY_CODE["de"], text).entities
    assert (person.name, person.type, person.title, person.roles) == ("Ida Malchow", "Person", "Frau", ("Ministerin",))
    assert [mention.text for mention in person.mentions] == ["Ida Malchow", "Frau Malchow", "Malchow"]
