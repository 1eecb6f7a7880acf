"""The compiled gazetteer is the one of the records, and is taken only for what it was made of."""

from pathlib import Path

import pytest
from wiredesk_extraction import gazetteer
from wiredesk_extraction.gazetteer import Gazetteer, load_gazetteer
from wiredesk_extraction.gazetteer_data import Record
from wiredesk_extraction.gazetteer_table import PlaceTable

RECORDS = [
    Record(1, "capital", 59.91273, 10.74609, "NO", "12", "", 580_000, ("Oslo",), ("Christiania",)),
    Record(2, "city", 35.08, -92.44, "US", "AR", "045", 60_000, ("Conway",)),
    Record(3, "country", 62.0, 10.0, "NO", "", "", 5_000_000, ("Norway", "Kingdom of Norway"), ("Norge",)),
    Record(4, "continent", 48.69, 9.14, "", "", "", 0, ("Europe",)),
]


def test_a_compiled_gazetteer_finds_what_its_records_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gazetteer, "COMPILED", tmp_path / "places")
    monkeypatch.setattr(gazetteer, "read_records", lambda: iter(RECORDS))
    gazetteer.compile_gazetteer()
    monkeypatch.setattr(gazetteer, "read_records", lambda: pytest.fail("the compiled file was there"))
    compiled, made = load_gazetteer(), Gazetteer.of(RECORDS)
    for name in ("Oslo", "christiania", "Conway", "Norway", "Norge", "Europe", "Nowhere", ""):
        assert compiled.find(name) == made.find(name)
    assert [spot.geonames_id for spot in compiled.find("Norge")] == [3]
    assert compiled.find("Conway")[0].admin2 == "045"


def test_the_installed_packages_are_compiled() -> None:
    """What installing has made serves: nothing else in the tests would notice its absence but by the time they take."""
    assert PlaceTable.read(gazetteer.COMPILED, gazetteer._source()) is not None, "run make setup"


@pytest.mark.parametrize("spoil", ["absent", "other source", "other format", "no header", "cut short", "empty"])
def test_a_file_that_does_not_fit_is_passed_over(spoil: str, tmp_path: Path) -> None:
    path = tmp_path / "places"
    PlaceTable.of((record, {"key": False}) for record in RECORDS).write(path, "these")
    whole = path.read_bytes()
    match spoil:
        case "absent":
            path.unlink()
        case "other source":
            path.write_bytes(whole.replace(b"these", b"those"))
        case "other format":
            path.write_bytes(whole.replace(b'"format": 2', b'"format": 0'))
        case "no header":
            path.write_bytes(whole[20:])
        case "cut short":
            path.write_bytes(whole[:-16])
        case "empty":
            path.write_bytes(b"")
    assert PlaceTable.read(path, "these") is None


def test_a_file_that_fits_is_taken(tmp_path: Path) -> None:
    table = PlaceTable.of((record, {record.names[0]: False}) for record in RECORDS)
    table.write(tmp_path / "places", "these")
    read = PlaceTable.read(tmp_path / "places", "these")
    assert read is not None
    assert [list(getattr(read, name)) for name in ("ids", "rows")] == [[1, 2, 3, 4], list(table.rows)]
    assert [read.codes(row) for row in range(4)] == [
        ("NO", "12", ""),
        ("US", "AR", "045"),
        ("NO", "", ""),
        ("", "", ""),
    ]
