"""Run by test_tantivy_folder: writes, meets a limit on file sizes twice, and writes again without it."""

import random
import resource
import sys

from wiredesk.errors import TransientError
from wiredesk.events import ArticleExtracted
from wiredesk.index import open_writer

chance = random.Random(1)


def article(article_id: str, words: int) -> ArticleExtracted:
    return ArticleExtracted(
        article_id=article_id,
        revision=1,
        submission_id="1006502400000-0",
        text=" ".join(f"{chance.getrandbits(60):x}" for _ in range(words)),
        content_hash="0" * 64,
        cluster_id="c",
        extractor="tests/1",
    )


writer = open_writer(sys.argv[1])
writer.upsert([article("small", 10)])
print("first")
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
for _ in range(2):
    try:
        writer.upsert([article("large", 20_000)])
    except TransientError as error:
        print(type(error).__name__)
        print(error, file=sys.stderr)
try:
    writer.probe()
except TransientError as error:
    print("refused")
    print(error, file=sys.stderr)
resource.setrlimit(resource.RLIMIT_FSIZE, limits)
writer.probe()
writer.upsert([article("large", 20_000)])
print("again")
print(writer.documents())
writer.close()
