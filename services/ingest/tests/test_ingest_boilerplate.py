"""Labels go; sentences that look a little like them stay."""

import pytest
from wiredesk_ingest.boilerplate import is_boilerplate, without_boilerplate


@pytest.mark.parametrize(
    "line",
    [
        "READ MORE",
        "Read more:",
        "READ MORE: Minister resigns after a night of talks",
        "Related: Five facts about the harbour",
        "- Advertisement -",
        "Story continues below gallery",
        "You may also like...",
        "Follow us on Twitter @example and Facebook.",
        "Sign up for our daily newsletter.",
        "Get the news in your inbox every morning.",
        "© 2019 Example Media. All rights reserved.",
        "Copyright 2009 The Example Press. All rights reserved. This material may not be published.",
        "Updated at 1:23 p.m.",
        "Lesen Sie auch: Der Hafen bleibt geschlossen",
        "Leer más",
        "3 min read",
        "[button link=x]Send your picture[/button]",
    ],
)
def test_labels_are_boilerplate(line: str) -> None:
    assert is_boilerplate(line)


@pytest.mark.parametrize(
    "line",
    [
        "Read more books, the minister told the pupils.",
        "More than 200 people came.",
        "Related parties held 12 percent of the shares.",
        "Copyright law changed in 2019.",
        "Posted 35 points and 12 rebounds",
        "Follow the money, she said, and you find the harbour.",
        "Like many users on Facebook, she had never read the terms.",
        "Get up early to avoid the queue.",
        "The story continues to trouble the government.",
        "Share prices fell by 3 percent.",
        "Watch them closely, he said.",
        "Sign up for the bundle using the same email as your account",
        "Print is not dead.",
        "READ MORE " + "and a very long line of prose " * 10,
    ],
)
def test_sentences_are_not(line: str) -> None:
    assert not is_boilerplate(line)


def test_links_with_a_bracketed_label_go_only_after_a_label() -> None:
    blocks = ["One.", "DON'T MISS", "Minister resigns after talks [VIDEO]", "Two.", "He left the hall [LAUGHTER]"]
    assert without_boilerplate(blocks) == ["One.", "Two.", "He left the hall [LAUGHTER]"]
