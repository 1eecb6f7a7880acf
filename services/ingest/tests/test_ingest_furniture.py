"""What stands around a story on its page stays out of it; what looks a little like that stays in."""

from datetime import date

import pytest
from wiredesk_ingest.html_page import PAYWALLED, Page, read_page

STORY = (
    "The harbour of Anstead will close for a year, the council said on Monday, so that its walls can be rebuilt.",
    "Fishermen have been told to move their boats to Belmouth, ten miles to the north, before the end of April.",
    "“We had no choice,” said Ann Bell, who leads the council. “The old stone will not stand another winter.”",
    "The work is expected to cost four million pounds, most of it paid by the government over three years.",
)
PARAGRAPHS = [f"<p>{paragraph}</p>" for paragraph in STORY]


def page(*, head: str = "", before: str = "", middle: str = "", after: str = "", outside: str = "") -> str:
    first, second, *rest = PARAGRAPHS
    body = f"{before}{first}{second}{middle}{''.join(rest)}{after}"
    return (
        f"<html lang='en'><head><title>Harbour to close</title>{head}</head>"
        f"<body><article><h1>Harbour to close</h1>{body}</article>{outside}</body></html>"
    )


def read(html: str) -> Page:
    return read_page(html, url="https://echo.example/a", title="", latest=date(2030, 1, 1), max_elements=50_000)


CONSENT = (
    "<p>We and our partners use cookies to store information on your device and to show you personalised content.</p>"
    "<button>Accept all</button>"
)
SIGN_UP = (
    "<h4>Sign up to The Morning Tide</h4><p>Our morning email breaks down the key stories of the day.</p>"
    "<p>Privacy Notice: newsletters may hold advertisements.</p>"
)
COMMENT = "<p>I always thought that the wall would fall down one day, and now look at it, all of you.</p>"


@pytest.mark.parametrize(
    "html",
    [
        page(before=f"<div id='consent-layer'>{CONSENT}</div>"),
        page(after="<p>This site uses cookies to remember you.</p><p>Accept all cookies</p>"),
        page(middle=f"<div class='promo'>{SIGN_UP}</div>"),
        page(middle="<div class='x'><p>Every weekday, the best of the coast by e-mail.</p><input type='email'></div>"),
        page(middle="<aside class='related'><h3>Related</h3><p><a href=/x>Ten harbours rebuilt</a></p></aside>"),
        page(after="<h3>More on this</h3><ul><li><a href=/1>Council votes</a></li><li><a href=/2>Boats</a></li></ul>"),
        page(outside=f"<section id='comments'><h3>2 Comments</h3><div class='comment'>{COMMENT}</div></section>"),
        page(after=f"<div class='comment-list'><div class='comment-body'>{COMMENT}</div></div>"),
        page(before="<ul class='social'><li><a>Facebook</a></li><li><a>Email</a></li></ul>", after="<p>Share this</p>"),
        page(after="<p>Tags: harbours, Anstead, council</p>"),
        page(after="<div class='author-bio'><p>Jane Roe covers the coast. She lives in Belmouth.</p></div>"),
        page(before="<p>By Jane Roe in Belmouth</p>"),
        page(before="<p>Last updated 3 March 2020</p>"),
    ],
    ids=[
        "consent-box", "consent-lines", "newsletter", "form", "related", "more", "comments", "comment-list", "share",
        "tags", "bio-box", "byline", "updated",
    ],
)  # fmt: skip
def test_furniture_is_no_part_of_the_story(html: str) -> None:
    result = read(html)
    assert result.story.paragraphs == STORY
    assert result.warnings == ()


def test_what_is_said_of_an_author_at_the_end_is_no_part_of_the_story() -> None:
    head = "<meta name='author' content='Jane Roe'>"
    after = "<p><em>Jane Roe is our coast correspondent and the author of two books.</em></p><p>She sails.</p>"
    assert read(page(head=head, after=after)).story.paragraphs == STORY
    others = read(page(head=head, after="<p>Ann Bell is the first woman to lead the council of Anstead.</p>"))
    assert others.story.paragraphs[-1].startswith("Ann Bell is")


@pytest.mark.parametrize(
    "box",
    [
        "<div class='paywall'><h3>This article is for subscribers</h3><p>Subscribe to continue reading.</p></div>",
        "<p>To read the full story, subscribe or log in.</p><p>Already a subscriber? Log in</p>",
        "<p>Want to read more? Start your free trial today.</p>",
        "<p>Dieser Artikel ist nur für Abonnenten lesbar.</p>",
        "<p>La suite de cet article est réservée aux abonnés.</p>",
    ],
)
def test_an_offer_to_read_on_for_money_goes_with_a_warning(box: str) -> None:
    result = read(page(after=box))
    assert (result.story.paragraphs, result.warnings) == (STORY, (PAYWALLED,))


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>',
        '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>',
        '<meta name="article:content_tier" content="locked">',
    ],
)
def test_what_can_be_read_of_a_story_held_back_is_kept_with_a_warning(head: str) -> None:
    result = read(page(head=head))
    assert (result.story.paragraphs, result.warnings) == (STORY, (PAYWALLED,))


def test_a_story_inside_a_container_called_paywall_stays() -> None:
    html = page().replace("<article>", "<article class='paywall-content'><div class='paywall consent-given'>", 1)
    assert read(html.replace("</article>", "</div></article>")).story.paragraphs == STORY


@pytest.mark.parametrize(
    "sentence",
    [
        "Subscribers to the ferry’s notices were told to register before they could read the timetable on Monday.",
        "To continue, the works need another vote of the council, which meets again in June.",
        "Updated rules for the harbour come into force next year, the council said.",
        "The council uses cookies baked by Eve Fox to thank its guests, a spokesman said.",
    ],
)
def test_a_sentence_of_the_story_stays(sentence: str) -> None:
    assert sentence in read(page(middle=f"<p>{sentence}</p>")).story.paragraphs


ENTRIES = (
    ("10.45 GMT", "Council votes to close", "The council has voted by nine to six to close the harbour for a year."),
    ("10.30 GMT", "Mayor speaks", STORY[2]),
    ("10.15 GMT", "Vote begins", STORY[0]),
    ("10.05 GMT", "Good morning", STORY[1]),
)


def live_blog(tag: str) -> str:
    entries = "".join(
        f"<{tag} class='live-entry'><p><time>{at}</time></p><h2>{heading}</h2><p>@janeroe</p><p>{text}</p>"
        f"<p>Updated at {at}</p><p>3 minutes ago</p><a href='#'>Share</a><p>Read more</p></{tag}>"
        for at, heading, text in ENTRIES
    )
    return (
        "<html lang='en'><head><title>Harbour vote: live</title></head><body><main><h1>Harbour vote: live</h1>"
        "<div class='key-events'><h2>Key events</h2><ul><li>10.30 Mayor speaks</li></ul></div>"
        "<p>Show key events only</p><p>Please turn on JavaScript to use this feature</p>"
        f"{entries}</main></body></html>"
    )


@pytest.mark.parametrize("tag", ["article", "div"])
def test_the_entries_of_a_live_blog_stay_in_order_without_its_stamps(tag: str) -> None:
    story = "\n".join(read(live_blog(tag)).story.paragraphs)
    places = [story.find(text) for _, _, text in ENTRIES]
    assert -1 not in places
    assert places == sorted(places)
    for stamp in ("GMT", "Updated at", "@janeroe", "Key events", "key events only", "JavaScript", "Read more", "ago"):
        assert stamp not in story


def test_a_live_blog_that_is_loaded_later_is_read_from_its_json_ld() -> None:
    updates = ", ".join(f'{{"@type": "BlogPosting", "articleBody": "{text}"}}' for _, _, text in ENTRIES)
    head = f'<script type="application/ld+json">{{"@type": "LiveBlogPosting", "liveBlogUpdate": [{updates}]}}</script>'
    html = f"<html lang='en'><head>{head}</head><body><div id='app'></div></body></html>"
    assert read(html).story.paragraphs == tuple(text for _, _, text in ENTRIES)
