"""A quote within the sentence that reports it, as pages show it. Pure."""

from wiredesk.index.protocol import QuoteHit

__all__ = ["around"]

_MOST = 240
"""Characters before and after the quote."""


def around(quote: QuoteHit) -> tuple[str, str]:
    """What stands before and after the quote in its sentence, cut between words where it is long."""
    start = quote.start - quote.context_start
    before, after = quote.context[:start], quote.context[start + quote.end - quote.start :]
    return _shortened(before[::-1])[::-1], _shortened(after)


def _shortened(text: str) -> str:
    """The beginning of a text."""
    if len(text) <= _MOST:
        return text
    cut = text.rfind(" ", _MOST // 2, _MOST)
    return text[: cut + 1 if cut >= 0 else _MOST] + "…"
