"""Run by test_index_durability: upserts small batches for ever, and prints each id once it was acknowledged.

Arguments: the index, a name for this run, and how often batches are gathered for a commit, in seconds.
"""

import itertools
import sys

from wiredesk.events import ArticleExtracted, Entity, Mention, Quote, Speaker
from wiredesk.index import open_writer

TEXT = "“Here we stand,” Jane said. " + "More words of the article. " * 100


def article(article_id: str) -> ArticleExtracted:
    at = TEXT.index("Jane")
    jane = {"start": at, "end": at + 4, "text": "Jane"}
    return ArticleExtracted(
        article_id=article_id,
        revision=1,
        submission_id="1006502400000-0",
        text=TEXT,
        content_hash="0" * 64,
        cluster_id="c",
        extractor="tests/1",
        entities=(Entity(id="person:jane", type="Person", name="Jane", mentions=(Mention(**jane),)),),
        quotes=(
            Quote(start=1, end=14, text=TEXT[1:14], speaker=Speaker(**jane, name="Jane", entity_id="person:jane")),
        ),
    )


writer = open_writer(sys.argv[1])
writer.gather(every_s=float(sys.argv[3]), searchable=lambda _: None)
for batch in itertools.count():
    # Each id comes in two batches: the second time as a redelivery.
    ids = [f"{sys.argv[2]}-{(batch // 2) * 10 + n}" for n in range(10)]
    writer.upsert([article(each) for each in ids])
    print("\n".join(ids), flush=True)
