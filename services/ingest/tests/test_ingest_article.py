"""One submission in, one article out: precedence, identity, language, refusals."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk.errors import PermanentError
from wiredesk.events import ArticleIngested, ArticleSubmitted, Stream, revision_of
from wiredesk.stage.contract import Item
from wiredesk_ingest.article import ingest
from wiredesk_ingest.language import Identifier
from wiredesk_ingest.settings import IngestSettings
from wiredesk_ingest.stage import STAGE, load

ID = "1600000000000-3"
TEXT = (
    "The harbour of Anstead will close for a year, the council said on Monday, so that its walls can be rebuilt.\n\n"
    "Fishermen have been told to move their boats to Belmouth before the end of April."
)
GERMAN = "Der Hafen von Anstadt wird für ein Jahr geschlossen, teilte der Rat mit, damit die Mauern erneuert werden."


def page(head: str = "") -> str:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT.split("\n\n"))
    return f"<html><head><title>Page title</title>{head}</head><body><article>{paragraphs}</article></body></html>"


@pytest.fixture
def run(identifier: Identifier, limits: IngestSettings) -> Any:
    def one(*, limits: IngestSettings = limits, submission_id: str = ID, **fields: Any) -> ArticleIngested:
        return ingest(ArticleSubmitted(**fields), submission_id=submission_id, limits=limits, identifier=identifier)

    return one


def reason(run: Any, **fields: Any) -> str:
    with pytest.raises(PermanentError) as refused:
        run(**fields)
    return refused.value.reason


def test_a_plain_submission_is_cleaned_and_identified(run: Any) -> None:
    article = run(
        title=" Harbour  to close ", text=TEXT, source="Echo", authors=["Ann Bell", " "], published_at="2020-01-02"
    )
    assert (article.title, article.text, article.language) == ("Harbour to close", TEXT, "en")
    assert (article.byline, article.source, article.published_at) == ("Ann Bell", "Echo", "2020-01-02")
    assert (article.submission_id, article.revision) == (ID, revision_of(ID))
    assert article.warnings == ()


def test_the_publisher_wins_over_the_page(run: Any) -> None:
    head = '<meta property="article:published_time" content="2019-01-01"><meta property="og:site_name" content="Site">'
    head += '<meta name="author" content="Someone Else"><link rel="canonical" href="https://echo.example/other">'
    fields = {"title": "Sent", "published_at": "2020-01-02", "source": "Echo", "authors": ["Ann Bell"]}
    article = run(html=page(head), url="https://echo.example/a", **fields)
    assert (article.title, article.published_at, article.source, article.byline) == (
        "Sent",
        "2020-01-02",
        "Echo",
        "Ann Bell",
    )
    assert article.url == "https://echo.example/a"


def test_the_page_fills_what_the_publisher_left_out(run: Any) -> None:
    head = '<meta property="article:published_time" content="2019-01-01"><meta property="og:site_name" content="Site">'
    head += '<meta name="author" content="Ann Bell"><link rel="canonical" href="https://echo.example/a?utm_source=x">'
    article = run(html=page(head))
    assert (article.title, article.published_at, article.source, article.byline) == (
        "Page title",
        "2019-01-01",
        "Site",
        "Ann Bell",
    )
    assert article.url == "https://echo.example/a"
    assert article.article_id == run(text=TEXT, url="http://echo.example/a").article_id


def test_the_page_tells_people_section_change_and_picture(run: Any) -> None:
    head = '<meta name="author" content="By Ann Bell and Carl Dunn, Coast Correspondent">'
    head += (
        '<meta property="article:section" content="Coast"><meta property="og:image" content="https://e.example/a.jpg">'
    )
    head += '<meta property="article:published_time" content="2019-01-02">'
    head += '<meta property="article:modified_time" content="2019-01-02T08:00:00+01:00">'
    head += '<meta property="og:updated_time" content="1999-01-01">'
    article = run(html=page(head))
    assert (article.byline, article.authors) == (
        "Ann Bell and Carl Dunn, Coast Correspondent",
        ("Ann Bell", "Carl Dunn"),
    )
    assert (article.section, article.image.url) == ("Coast", "https://e.example/a.jpg")
    assert (article.published_at, article.modified_at) == ("2019-01-02", "2019-01-02T08:00:00+01:00")
    assert article.warnings == ()


def test_what_is_sent_of_them_wins(run: Any) -> None:
    head = '<meta name="author" content="Eve Fox"><meta property="article:section" content="Coast">'
    head += (
        '<meta name="description" content="Of the page."><meta property="og:image" content="https://e.example/a.jpg">'
    )
    image = {"url": "https://echo.example/b.jpg", "caption": "A wall. Photo: C. Dunn"}
    sent = {"authors": ["Ann Bell, Editor", "Staff"], "section": " News ", "deck": "As sent.", "image": image}
    article = run(html=page(head), published_at="2020-01-02", modified_at="3 January 2020", **sent)
    assert (article.byline, article.authors) == ("Ann Bell, Editor, Staff", ("Ann Bell",))
    assert (article.section, article.deck, article.modified_at) == ("News", "As sent.", "2020-01-03")
    assert (article.image.url, article.image.caption, article.image.credit) == (image["url"], "A wall.", "C. Dunn")


def test_a_sent_caption_without_an_address_goes_with_the_page_s_picture(run: Any) -> None:
    head = '<meta property="og:image" content="https://e.example/a.jpg">'
    image = run(html=page(head), image={"caption": "A wall."}).image
    assert (image.url, image.caption) == ("https://e.example/a.jpg", "A wall.")
    assert run(text=TEXT, image={"caption": "A wall."}).image is None


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        ({"modified_at": "yesterday"}, "modified_at_unreadable"),
        ({"modified_at": "2019-12-31", "published_at": "2020-01-01"}, "modified_at_implausible"),
        ({"modified_at": "2020-01-02 10:00"}, "modified_at_assumed_utc"),
        ({"published_at": "2 January 2020, 10:00 IST"}, "published_at_zone_unknown"),
        ({"image": {"url": "javascript:alert(1)"}}, "image_unusable"),
    ],
)
def test_what_cannot_be_used_of_them_is_a_warning(run: Any, fields: dict[str, Any], warning: str) -> None:
    article = run(text=TEXT, **fields)
    assert article.warnings == (warning,)
    assert article.image is None


def test_a_byline_over_a_text_names_its_authors(run: Any) -> None:
    article = run(text=f"Harbour to close\n\nBy Ann Bell in Anstead\n\n{TEXT}")
    assert (article.title, article.text) == ("Harbour to close", TEXT)
    assert (article.byline, article.authors) == ("Ann Bell in Anstead", ("Ann Bell",))


def test_a_news_article_in_json_ld_is_an_article(run: Any) -> None:
    node = {"@type": "NewsArticle", "headline": "Harbour", "articleBody": TEXT, "author": {"name": "Ann Bell"}}
    article = run(**node, dateModified="2020-01-02T08:00:00Z", articleSection="Coast")
    assert (article.title, article.text, article.authors) == ("Harbour", TEXT, ("Ann Bell",))
    assert (article.modified_at, article.section) == ("2020-01-02T08:00:00Z", "Coast")


def test_text_is_the_body_where_both_are_sent(run: Any) -> None:
    article = run(text="Another body altogether, sent as text.", html=page())
    assert (article.title, article.text) == ("Page title", "Another body altogether, sent as text.")


def test_an_unreadable_page_beside_text_is_set_aside(run: Any) -> None:
    article = run(text=TEXT, html="%PDF-1.7")
    assert (article.text, article.warnings) == (TEXT, ("html_ignored",))


def test_an_unreadable_date_leaves_the_page_s_own_and_a_warning(run: Any) -> None:
    head = '<meta property="article:published_time" content="2019-01-01">'
    article = run(html=page(head), published_at="99999-01-01")
    assert (article.published_at, article.warnings) == ("2019-01-01", ("published_at_unreadable",))


def test_a_date_long_after_the_submission_is_implausible(run: Any) -> None:
    article = run(text=TEXT, published_at="2077-01-01")
    assert (article.published_at, article.warnings) == (None, ("published_at_implausible",))


def test_identity_comes_from_the_address_then_the_external_id_then_the_content(run: Any) -> None:
    by_url = run(text=TEXT, url="https://echo.example/a?utm_source=x#top", external_id="7")
    assert by_url.article_id == run(text="Corrected.", url="http://ECHO.example/a").article_id
    by_external = run(text=TEXT, source="Echo", external_id="7")
    assert by_external.article_id == run(text="Corrected.", source="Echo", external_id="7").article_id
    assert by_external.article_id != run(text=TEXT, source="Ech", external_id="o7").article_id
    by_content = run(text=TEXT)
    assert by_content.article_id == run(text=TEXT.upper().replace(",", " ")).article_id
    assert len({by_url.article_id, by_external.article_id, by_content.article_id}) == 3


def test_kinds_of_identity_do_not_collide(run: Any) -> None:
    ids = {run(text=TEXT, url="https://a.example/x").article_id, run(text=TEXT, external_id="a.example/x").article_id}
    assert len(ids) == 2


def test_a_copy_at_another_address_is_in_the_same_cluster(run: Any) -> None:
    one = run(text=TEXT, url="https://echo.example/a")
    copy = run(text=TEXT.replace("'", "’").replace("\n\n", " ").upper(), title="Other", url="https://herald.example/b")
    assert one.cluster_id == copy.cluster_id
    assert one.article_id != copy.article_id
    assert one.content_hash != copy.content_hash


def test_the_content_hash_tells_a_correction(run: Any) -> None:
    hashes = {run(title=title, text=text).content_hash for title in ("A", "B") for text in (TEXT, TEXT + "!")}
    assert len(hashes) == 4


def test_an_unusable_address_is_a_warning(run: Any) -> None:
    article = run(text=TEXT, url="javascript:alert(1)")
    assert (article.url, article.warnings) == (None, ("url_unusable",))


@pytest.mark.parametrize(
    ("text", "declared", "code", "warnings"),
    [
        (GERMAN, None, "de", ()),
        (GERMAN, "de-AT", "de", ()),
        (GERMAN, "en", "de", ("language_disagrees",)),
        (GERMAN, "klingon", "de", ("language_unreadable",)),
        ("NATO", None, "und", ("language_unknown",)),
        ("12345 67890", "en", "und", ("language_unknown",)),
        ("Ein Test", "de", "de", ()),
    ],
)
def test_language(run: Any, text: str, declared: str | None, code: str, warnings: tuple[str, ...]) -> None:
    article = run(text=text, language=declared)
    assert (article.language, article.warnings) == (code, warnings)


@pytest.mark.parametrize(
    "fields", [{}, {"text": ""}, {"text": " \n", "html": " "}, {"text": "\x00" * 10}, {"text": "?!…"}, {"title": "T"}]
)
def test_an_article_without_words_is_a_permanent_failure(run: Any, fields: dict[str, Any]) -> None:
    assert reason(run, **fields) == "no_text"


def test_sizes_are_refused_by_the_limits_of_the_settings(run: Any) -> None:
    small = IngestSettings.model_construct(max_text_chars=50, max_html_chars=50, max_field_chars=5, max_body_chars=20)
    assert reason(run, text="x" * 51, limits=small) == "too_large"
    assert reason(run, html="x" * 51, limits=small) == "too_large"
    assert reason(run, text="ab", title="sixsix", limits=small) == "too_large"
    assert reason(run, text="ab", authors=["six", "six"], limits=small) == "too_large"
    assert reason(run, text="ab", image={"caption": "sixsix"}, limits=small) == "too_large"
    assert reason(run, text="x" * 21, limits=small) == "too_large"
    assert reason(run, text="word " * 4_000_000) == "too_large"
    assert reason(run, text="x" * 5_000_000) == "too_large"


def test_a_lone_surrogate_becomes_the_replacement_character(run: Any) -> None:
    article = run(
        text="A lone \ud800 surrogate.", title="\udfff", source="\ud800", external_id="\ud800", url="http://e/\ud800"
    )
    assert (article.text, article.title) == ("A lone \ufffd surrogate.", "\ufffd")
    article.model_dump_json()


FIELDS = ("title", "html", "url", "source", "published_at", "language", "external_id", "deck", "modified_at", "section")


@settings(max_examples=60)
@given(
    st.fixed_dictionaries({"text": st.text(max_size=80)}, optional={name: st.text(max_size=40) for name in FIELDS}),
)
def test_any_submission_is_an_article_or_a_permanent_failure(
    identifier: Identifier, limits: IngestSettings, fields: dict[str, str]
) -> None:
    try:
        article = ingest(ArticleSubmitted(**fields), submission_id=ID, limits=limits, identifier=identifier)
    except PermanentError as error:
        reasons = {"no_text", "no_story", "not_html"}
        assert error.reason in reasons  # noqa: PT017 either outcome is right
    else:
        ArticleIngested.model_validate_json(article.model_dump_json())


def test_the_stage_yields_one_result_for_each_item_in_order() -> None:
    function = load()
    batch = [
        Item("1600000000000-1", ArticleSubmitted(text=TEXT)),
        Item("1600000000000-2", ArticleSubmitted(text="")),
        Item("1600000000000-3", ArticleSubmitted(html=page())),
    ]
    first, second, third = function(batch)
    assert isinstance(first, ArticleIngested)
    assert isinstance(second, PermanentError)
    assert isinstance(third, ArticleIngested)
    assert first.submission_id == "1600000000000-1"
    assert third.text == first.text


def test_the_stage_names_its_streams() -> None:
    assert (STAGE.name, STAGE.source, STAGE.target) == ("ingest", Stream.SUBMITTED, Stream.INGESTED)
    assert STAGE.accepts is ArticleSubmitted


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREDESK_MAX_TEXT_CHARS", "10")
    (result,) = load()([Item(ID, ArticleSubmitted(text=TEXT))])
    assert isinstance(result, PermanentError)
    assert "WIREDESK_MAX_TEXT_CHARS" in result.message
