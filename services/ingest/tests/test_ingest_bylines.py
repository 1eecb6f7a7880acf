"""Bylines: people by name, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_ingest.bylines import is_byline, people, printed_names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Jane Roe and John Doe, Science Correspondent", ["Jane Roe", "John Doe"]),
        ("Jane Roe in Moscow and John van der Berg in Riga", ["Jane Roe", "John van der Berg"]),
        ("By Ann Bell, Carl Dunn & Eve Fox", ["Ann Bell", "Carl Dunn", "Eve Fox"]),
        ("Words by Ann Bell; photographs by Carl Dunn", ["Ann Bell"]),
        ("Science Correspondent Ann Bell", ["Ann Bell"]),
        ("Ann Bell | The Anstead Echo", ["Ann Bell"]),
        ("Ann Bell, XYZ News", ["Ann Bell"]),
        ("Ann Bell (XYZ)", ["Ann Bell"]),
        ("Ann Bell for The Anstead Echo", ["Ann Bell"]),
        ("Ann Bell ann@echo.example @annbell", ["Ann Bell"]),
        ("BY ANN BELL", ["ANN BELL"]),
        ("Roe, Jane", ["Jane Roe"]),
        ("Von Jörg Äpfel und Uwe Klein", ["Jörg Äpfel", "Uwe Klein"]),
        ("Par Zoé d'Alès et Luc Petit", ["Zoé d'Alès", "Luc Petit"]),
        ("Juan Pérez y Ana Gómez", ["Juan Pérez", "Ana Gómez"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("J.K. Bell", ["J.K. Bell"]),
        ("Ann-Marie O’Neill", ["Ann-Marie O’Neill"]),
        ("王小明", ["王小明"]),
        ("Staff", []),
        ("Echo staff", []),
        ("Staff Writer", []),
        ("By The Coastal Press", []),
        ("Coast News Agency", []),
        ("XYZ", []),
        ("Annbell", []),
        ("@annbell", []),
        ("ann.bell@echo.example", []),
        ("https://echo.example/ann-bell", []),
        ("echo.example", []),
        ("XYZ Sport", []),
        ("admin", []),
        ("Science Correspondent", []),
        ("By", []),
        ("", []),
    ],
)
def test_the_people_of_a_byline(line: str, names: list[str]) -> None:
    assert people([line]) == tuple(names)


def test_the_outlet_itself_is_no_person_and_nobody_is_named_twice() -> None:
    assert people(["Anstead Echo", "Ann Bell", "ANN BELL"], outlet="Anstead Echo") == ("Ann Bell",)


def test_a_printed_name_keeps_its_role_and_loses_addresses() -> None:
    printed = printed_names(["By Ann Bell, Editor", "Ann Bell, Editor", "ann@echo.example", "https://e.example", "7"])
    assert printed == ("Ann Bell, Editor",)


@pytest.mark.parametrize(
    "line",
    ["By Ann Bell in Moscow", "Ann Bell, Science Correspondent", "BY ANN BELL", "Von Jörg Äpfel", "By Echo staff"],
)
def test_a_line_that_says_who_wrote(line: str) -> None:
    assert is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "By Monday",
        "By the sea",
        "By then Ann Bell had left.",
        "MOSCOW —",
        "Ann Bell, mayor",
        "Ann Bell and Carl Dunn meet",
        "By Ann Bell, who has sailed these waters for as long as anybody can remember",
    ],
)
def test_a_line_that_does_not(line: str) -> None:
    assert not is_byline(line)


@given(st.text(max_size=200))
def test_any_text_has_names_or_none(text: str) -> None:
    for name in people([text]):
        assert name
        assert "@" not in name
