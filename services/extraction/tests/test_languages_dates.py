"""Dates of languages without rules of their own, published on Friday, 2001-11-23."""

from collections.abc import Callable

import pytest
from wiredesk_extraction.facts import Facts, find_dates
from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.languages.registry import BY_CODE

Read = Callable[[Language, str], Facts]

DATES = [
    ("de", "Am Donnerstagabend und am Freitag, dem 7. Dezember.", ["2001-11-22TEV", "2001-12-07"]),
    ("de", "Am Dienstag wird gewählt. Gewählt wurde am Dienstag.", ["2001-11-27", "2001-11-20"]),
    ("de", "Morgen früh; am Morgen kam niemand.", ["2001-11-24TMO"]),
    ("de", "Im Januar, seit 1990, in 2000 Fällen, Mitte März 1999.", ["2002-01", "1990", "1999-03"]),
    ("de", "In den letzten Jahren, im letzten Jahr, in drei Wochen.", ["2000", "2001-W50"]),
    ("de", "In den 1920er-Jahren und den neunziger Jahren gab es 21.400 Fälle.", ["192", "199"]),
    ("fr", "Vendredi 30 novembre, vendredi dernier, demain soir.", ["2001-11-30", "2001-11-16", "2001-11-24TEV"]),
    ("fr", "Il y a 3 ans, le 1er mai 1999, le 14/07/1999, en juin.", ["1998", "1999-05-01", "1999-07-14", "2001-06"]),
    ("fr", "Fermé depuis mars, rouvert en janvier.", ["2001-03", "2002-01"]),
    ("fr", "La semaine prochaine, l'été dernier, aujourd'hui.", ["2001-W48", "2001-SU", "2001-11-23"]),
    ("es", "El pasado martes, mañana por la mañana, anteayer.", ["2001-11-20", "2001-11-24TMO", "2001-11-21"]),
    ("es", "Llegó por la mañana; hace tres meses; en la década de 1980.", ["2001-08", "198"]),
    ("it", "Due mesi fa, sabato scorso, domani sera, il 1º maggio 2000.", ["2001-09", "2001-11-17", "2001-11-24TEV",
                                                                         "2000-05-01"]),
    ("it", "Parla Domenica Terragnolo; domenica no.", ["2001-11-18"]),
    ("pt", "Na segunda-feira, pela segunda vez, ontem à noite.", ["2001-11-19", "2001-11-22TNI"]),
    ("nl", "Vrijdagavond, vorige week, volgend jaar, 23-11-2001.", ["2001-11-23TEV", "2001-W46", "2002", "2001-11-23"]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "values"), DATES)
def test_dates_are_reckoned_from_the_day_of_publication(
    read_plainly: Read, code: str, text: str, values: list[str]
) -> None:
    assert [date.value for date in read_plainly(BY_CODE[code], text).dates] == values


UNDATED = [
    ("de", "Gestern, am Donnerstag, im vergangenen Jahr, am 2. April.",
     ["XXXX-XX-XX", "XXXX-WXX-4", "XXXX", "XXXX-04-02"]),
    ("fr", "Hier, jeudi, il y a deux semaines.", ["XXXX-XX-XX", "XXXX-WXX-4", "XXXX-WXX"]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "values"), UNDATED)
def test_without_a_date_of_publication_the_value_stays_open(
    read_plainly: Read, code: str, text: str, values: list[str]
) -> None:
    origin = read_plainly(BY_CODE["en"], "On 1 May 2000.").dates[0].origin
    assert origin
    assert [date.value for date in find_dates(text, None, origin, BY_CODE[code])] == values


def test_what_is_no_day_of_the_calendar_is_no_date(read_plainly: Read) -> None:
    assert read_plainly(BY_CODE["de"], "Am 31. Februar 2001 und am 45. Mai.").dates == ()
