"""Run by test_tantivy_folder: writes, meets limits on file sizes, and writes again without them.

Errors are kept, and nothing collects what only they hold: the lock of a writer that failed has to be free all the same.
"""

import gc
import random
import resource
import sys

from wiredesk.errors import TransientError
from wiredesk.events import ArticleExtracted
from wiredesk.index import open_writer

gc.disable()
chance = random.Random(1)
kept = []


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
for most_bytes, words in ((20_000, 20_000), (20_000, 20_000), (100, 10), (100, 10), (100, 10)):
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, limits[1]))
    try:
        writer.upsert([article("large", words)])
    except TransientError as error:
        kept.append(error)
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
