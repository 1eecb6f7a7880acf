"""`python -m bench.search.acknowledging INDEX FIRST`: writes until it is killed, and prints what it was told is kept.

Every batch comes twice, the second time as a redelivery; each number is printed once its batch was acknowledged.
"""

import itertools
import sys

from wiredesk.index import open_writer

from ..gathering import Gathering
from .corpus import News

BATCH = 20


def main() -> None:
    """Write, and print a line an article."""
    news, writer = News(), open_writer(sys.argv[1])
    Gathering(writer)
    for batch in itertools.count():
        first = int(sys.argv[2]) + batch // 2 * BATCH
        writer.upsert([news.article(number) for number in range(first, first + BATCH)])
        print("\n".join(f"article-{number}" for number in range(first, first + BATCH)), flush=True)


if __name__ == "__main__":
    main()
