import io
import json
import os
import threading

import pytest
from wiredesk import documents
from wiredesk.documents import Document, Unreadable, files, read_file, read_stream
from wiredesk.encoding import looks_binary, read_text
from wiredesk.errors import UsageError
from wiredesk.events import ArticleSubmitted
from wiredesk.testing import PATIENCE_S


def read(path, data, **fields):
    path.write_bytes(data)
    return list(read_file(path, **fields))


def bodies(found):
    return [json.loads(document.data) for document in found]


def stream(data):
    return io.BufferedReader(io.BytesIO(data))


def test_text_and_html_files_become_their_fields(tmp_path):
    assert bodies(read(tmp_path / "a.txt", "Grüße\n".encode())) == [{"text": "Grüße\n"}]
    assert bodies(read(tmp_path / "a.HTML", b"<p>x")) == [{"html": "<p>x"}]
    assert bodies(read(tmp_path / "a.htm", b"")) == [{"html": ""}]


def test_json_is_one_article_an_array_or_lines_whatever_it_is_called(tmp_path):
    one, two = {"text": "1"}, {"text": "2"}
    assert bodies(read(tmp_path / "a.json", json.dumps(one, indent=2).encode())) == [one]
    assert bodies(read(tmp_path / "b.json", json.dumps([one, two]).encode())) == [one, two]
    lines = f"{json.dumps(one)}\n\n{json.dumps(two)}".encode()
    assert bodies(read(tmp_path / "c.jsonl", lines)) == [one, two]
    assert bodies(read(tmp_path / "d.ndjson", lines)) == [one, two]
    assert bodies(read(tmp_path / "e.json", lines)) == [one, two]


def test_an_article_that_needs_nothing_keeps_its_own_bytes(tmp_path):
    data = b'{"text": "1",   "n": 1e400, "n": 12345678901234567890}'
    assert read(tmp_path / "a.json", data + b"\n")[0].data == data


def test_fields_beside_a_file_are_merged_over_it(tmp_path):
    (tmp_path / "a.txt.meta.json").write_text('{"url": "https://e.example/", "text": "other"}')
    assert bodies(read(tmp_path / "a.txt", b"own")) == [{"text": "other", "url": "https://e.example/"}]
    (tmp_path / "b.jsonl.meta.json").write_text('{"source": "S"}')
    lines = read(tmp_path / "b.jsonl", b'{"text": "1"}\n{"text": "2", "source": "T"}')
    assert [body["source"] for body in bodies(lines)] == ["S", "S"]


@pytest.mark.parametrize("meta", ["{", "[1]", '"x"', "\xff"])
def test_a_broken_meta_file_keeps_its_article_back_and_says_why(tmp_path, meta):
    (tmp_path / "a.txt.meta.json").write_text(meta, encoding="latin-1")
    (problem,) = read(tmp_path / "a.txt", b"own")
    assert isinstance(problem, Unreadable)
    assert "a.txt.meta.json" in problem.problem


def test_force_is_set_on_every_article(tmp_path):
    assert bodies(read(tmp_path / "a.txt", b"x", force=True))[0]["force"] is True
    assert bodies(read(tmp_path / "a.json", b'{"text": "1"}', force=True))[0]["force"] is True


@pytest.mark.parametrize("data", [b'{"text": ', b"", b"\xff\xfe\xfa", b'{"text": "\xff"}', b"nonsense", b"[" * 100_000])
def test_broken_json_is_sent_as_its_raw_bytes_with_a_warning(tmp_path, data):
    for name in ("a.json", "a.jsonl"):
        found = read(tmp_path / name, data)
        if name == "a.jsonl" and not data:
            assert found == []
            continue
        (document,) = found
        assert document.data == data
        assert "not JSON" in document.warning


def test_a_broken_line_does_not_stop_its_neighbours(tmp_path):
    found = read(tmp_path / "a.jsonl", b'{"text": "1"}\n{oops\n{"text": "3"}\n')
    assert [document.data for document in found] == [b'{"text": "1"}', b"{oops", b'{"text": "3"}']
    assert [bool(document.warning) for document in found] == [False, True, False]
    assert found[1].name.endswith("a.jsonl:2")


@pytest.mark.parametrize("data", [b"5", b'"text"', b"null", b"true"])
def test_json_that_is_no_object_is_sent_as_it_is(tmp_path, data):
    (document,) = read(tmp_path / "a.json", data)
    assert (document.data, bool(document.warning)) == (data, True)
    listed = read(tmp_path / "b.json", b'[{"text": "1"}, ' + data + b"]")
    assert json.loads(listed[1].data) == json.loads(data)
    assert listed[1].warning


def test_json_in_utf16_or_with_a_mark_is_written_anew_in_utf8(tmp_path):
    for data in ('{"text": "ü"}'.encode("utf-16"), b"\xef\xbb\xbf" + '{"text": "ü"}'.encode()):
        (document,) = read(tmp_path / "a.json", data)
        assert document.data.decode() == '{"text": "ü"}'
        assert document.warning is None


def test_a_lone_surrogate_survives_merging(tmp_path):
    (document,) = read(tmp_path / "a.json", b'{"text": "\\ud800"}', force=True)
    assert json.loads(document.data)["text"] == "\ud800"


def test_a_link_that_leads_out_of_its_folder_is_named_and_not_published(tmp_path):
    (tmp_path / "secret").write_text("Not for print.")
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.txt").write_text("Words.")
    (folder / "b.txt").symlink_to(tmp_path / "secret")
    (folder / "c.txt").symlink_to(folder / "a.txt")
    (folder / "d.txt").write_text("Words.")
    (folder / "d.txt.meta.json").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "e.txt")
    found = [item for file in files([str(folder)]) for item in read_file(file)]
    told = {item.name: isinstance(item, Document) for item in found}
    inbox = str(folder)
    assert told == {
        f"{inbox}/a.txt": True,
        f"{inbox}/b.txt": False,
        f"{inbox}/c.txt": True,
        f"{inbox}/d.txt.meta.json": False,
    }
    assert "leads out of its folder" in found[1].problem
    assert [item.data for item in read_file(*files([str(folder / "b.txt")]))] == [b'{"text": "Not for print."}']


def test_a_folder_is_read_whole_in_order_without_hidden_and_meta_files(tmp_path):
    for name in ("b.txt", "a.txt", "a.txt.meta.json", "sub/c.txt", ".hidden", ".git/x.txt", "lone.meta.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    assert [file.name for file in files([str(tmp_path)])] == ["a.txt", "b.txt", "lone.meta.json", "c.txt"]


def test_a_meta_file_that_the_shell_names_is_not_published(tmp_path):
    for name in ("a.txt", "a.txt.meta.json"):
        (tmp_path / name).write_text("{}")
    assert files([str(tmp_path / "a.txt"), str(tmp_path / "a.txt.meta.json")]) == [tmp_path / "a.txt"]


def test_what_does_not_exist_and_an_empty_folder_are_said(tmp_path):
    with pytest.raises(UsageError, match="does not exist"):
        files([str(tmp_path / "nothing.txt")])
    with pytest.raises(UsageError, match="holds no file"):
        files([str(tmp_path)])


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    assert list(read_file(tmp_path / "gone.txt")) == [
        Unreadable(str(tmp_path / "gone.txt"), "No such file or directory")
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Plain words.", [{"text": "Plain words."}]),
        (b"  <!DOCTYPE html><p>x", [{"html": "  <!DOCTYPE html><p>x"}]),
        (b"<html>", [{"html": "<html>"}]),
        (b"< not a tag", [{"text": "< not a tag"}]),
        (b"[Update] Fire in port", [{"text": "[Update] Fire in port"}]),
        (b'\n {"text": "1"}', [{"text": "1"}]),
        (b'{\n "text": "1"\n}', [{"text": "1"}]),
        (b'[{"text": "1"},\n {"text": "2"}]', [{"text": "1"}, {"text": "2"}]),
        (b'{"text": "1"}\n{"text": "2"}\n', [{"text": "1"}, {"text": "2"}]),
        (b'{"text": "' + b"x" * 100_000 + b'"}\n{"text": "2"}', [{"text": "x" * 100_000}, {"text": "2"}]),
        (b"", [{"text": ""}]),
    ],
)
def test_content_without_a_telling_name_decides_by_itself(data, expected):
    assert bodies(read_stream(stream(data), name="stdin", kind=None, fields={})) == expected


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"PK\x03\x04rest", b"a\x00b", b"\x89PNG\r\n"])
def test_binary_content_without_a_telling_name_is_not_published(tmp_path, data):
    (problem,) = read(tmp_path / "file.bin", data)
    assert isinstance(problem, Unreadable)


def test_binary_content_under_a_telling_name_is_left_to_the_pipeline(tmp_path):
    (document,) = read(tmp_path / "a.html", b"%PDF-1.7\n\xe2\xe3\x00")
    assert json.loads(document.data)["html"].encode("latin-1") == b"%PDF-1.7\n\xe2\xe3\x00"
    assert "not UTF-8" in document.warning


def test_json_lines_are_yielded_as_they_come():
    source, target = os.pipe()
    with os.fdopen(source, "rb") as reader, os.fdopen(target, "wb", buffering=0) as writer:
        found = read_stream(reader, name="stdin", kind=None, fields={})
        for n in range(3):
            writer.write(b'{"text": "%d"}\n' % n)
            got = []
            thread = threading.Thread(target=lambda got=got: got.append(next(found)))
            thread.start()
            thread.join(PATIENCE_S)
            assert json.loads(got[0].data) == {"text": str(n)}


def test_what_is_too_large_is_named_and_the_rest_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "MAX_DOCUMENT_BYTES", 100)
    lines = b'{"text": "1"}\n{"text": "' + b"x" * 500 + b'"}\n{"text": "3"}\n'
    found = read(tmp_path / "a.jsonl", lines)
    assert [type(item) for item in found] == [Document, Unreadable, Document]
    assert found[1].name.endswith(":2")
    assert isinstance(read(tmp_path / "a.txt", b"x" * 101)[0], Unreadable)
    assert isinstance(read(tmp_path / "a.json", b"[" + b" " * 200 + b"]")[0], Unreadable)


@pytest.mark.parametrize(
    ("data", "html", "text", "note"),
    [
        ("ü".encode(), False, "ü", None),
        (b"\xef\xbb\xbfx", False, "x", None),
        ("ü".encode("utf-16"), False, "ü", "UTF-16"),
        ("ü".encode("utf-32"), False, "ü", "UTF-32"),
        (b"na\xefve \x93q\x94", False, "naïve “q”", "Windows-1252"),
        (b"\x81\xe9", False, "\x81é", "Latin-1"),
        ('<meta charset="iso-8859-2">ł'.encode("iso-8859-2"), True, '<meta charset="iso-8859-2">ł', "iso-8859-2"),
        (b'<meta charset="idna">\xe9', True, '<meta charset="idna">é', "Windows-1252"),
        (b'<meta charset="rot13">\xe9', True, '<meta charset="rot13">é', "Windows-1252"),
        (b'<meta charset="no-such">\xe9', True, '<meta charset="no-such">é', "Windows-1252"),
    ],
)
def test_every_byte_is_read_and_a_guess_is_said(data, html, text, note):
    found, said = read_text(data, html=html)
    assert found == text
    assert (said is None) == (note is None)
    assert note is None or note in said


def test_utf16_text_is_no_binary():
    assert not looks_binary("text".encode("utf-16"))
    assert looks_binary(b"te\x00xt")


def test_json_ld_is_sent_as_it_is_with_what_is_known_beside_it(tmp_path):
    article = {"@context": "https://schema.org", "@type": "NewsArticle", "articleBody": "Words."}
    data = json.dumps(article, indent=2).encode()
    assert read(tmp_path / "a.jsonld", data)[0].data == data
    (tmp_path / "b.jsonld.meta.json").write_text('{"source": "Echo"}')
    (found,) = bodies(read(tmp_path / "b.jsonld", data, force=True))
    sent = ArticleSubmitted.model_validate(found)
    assert (sent.text, sent.source, sent.force) == ("Words.", "Echo", True)
