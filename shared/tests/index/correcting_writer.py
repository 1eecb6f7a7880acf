"""Run by test_corrections: makes everybody somebody else in small steps for ever; prints what was acknowledged."""

import json
import sys

from wiredesk.events import ArticleExtracted, Entity, EntityCorrected, Mention, Quote, Speaker
from wiredesk.index import open_writer
from wiredesk.index.corrections import Correction

TEXT = "“Here we stand,” Jane said."
AT = TEXT.index("Jane")
JANE = {"start": AT, "end": AT + 4, "text": "Jane"}
ARTICLES = 60


def article(number: int) -> ArticleExtracted:
    return ArticleExtracted(
        article_id=f"a{number}",
        revision=1,
        submission_id="1006502400000-0",
        text=TEXT,
        content_hash="0" * 64,
        cluster_id="c",
        extractor="tests/1",
        entities=(Entity(id="person:jane", type="Person", name="Jane", mentions=(Mention(**JANE),)),),
        quotes=(
            Quote(start=1, end=14, text=TEXT[1:14], speaker=Speaker(**JANE, name="Jane", entity_id="person:jane")),
        ),
    )


run = int(sys.argv[2])
writer = open_writer(sys.argv[1])
sys.modules[type(writer).__module__].STEP = 2  # type: ignore[attr-defined]
writer.upsert([article(number) for number in range(ARTICLES)])
told = {"entity_id": "person:jane", "same_as": f"person:other-{run}", "name": f"Other {run}"}
writer.correct([Correction(run, EntityCorrected.model_validate(told))])
print(json.dumps(told), flush=True)
while writer.settle():
    print("a step", flush=True)
