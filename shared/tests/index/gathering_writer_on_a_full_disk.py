"""Run by test_tantivy_gathering: commits in the background meet a limit on file sizes, which stands for a full disk."""

import random
import resource
import sys

from wiredesk.errors import TransientError
from wiredesk.events import ArticleExtracted
from wiredesk.index import open_writer
from wiredesk.index.tantivy import writer as writers
from wiredesk.testing import wait_until

chance = random.Random(1)
told: list[str] = []
failures: list[Exception] = []
SUBMITTED = ("small", "large", "more", "last")


def article(article_id: str, words: int) -> ArticleExtracted:
    return ArticleExtracted(
        article_id=article_id,
        revision=1,
        submission_id=f"{SUBMITTED.index(article_id)}-0",
        text=" ".join(f"{chance.getrandbits(60):x}" for _ in range(words)),
        content_hash="0" * 64,
        cluster_id="c",
        extractor="tests/1",
    )


def tried(article_id: str) -> None:
    try:
        print(*writer.upsert([article(article_id, 10)]))
    except TransientError as error:
        print(type(error).__name__)
        print(error, file=sys.stderr)


writers._SHARE = 0  # the next commit begins at once
writer = open_writer(sys.argv[1])
writer.gather(every_s=60, searchable=told.extend, failed=failures.append)
print(*writer.upsert([article("small", 10)]))
wait_until(lambda: told == ["0-0"])
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
writer._due = float("inf")
writer.upsert([article("large", 20_000)])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
with writer._turn:
    writer._due = 0.0
    writer._turn.notify_all()
wait_until(lambda: len(failures) > 1)  # it tries again by itself
tried("more")
tried("more")
resource.setrlimit(resource.RLIMIT_FSIZE, limits)
wait_until(lambda: told == ["0-0", "1-0"])  # by itself
writer.upsert([article("more", 10)])
tried("last")
writer.close()
print(len(told))
