"""`python -m bench.search.arriving INDEX FIRST BATCH EVERY_S`: articles that keep coming in, until its input ends.

Prints how many are written by now, each time.
"""

import sys
import threading

from wiredesk.index import open_writer

from ..gathering import Gathering
from .corpus import News


def main() -> None:
    """Write small batches."""
    url, first, batch, every_s = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    news, writer, written = News(), open_writer(url), 0
    Gathering(writer)
    while not over.wait(every_s):
        writer.upsert([news.article(number) for number in range(first + written, first + written + batch)])
        written += batch
        print(written, flush=True)
    writer.close()


if __name__ == "__main__":
    main()
