"""What the bench raises when there is nothing to measure."""

from wiredesk.errors import WiredeskError

__all__ = ["BenchError"]


class BenchError(WiredeskError):
    """A process did not start, or articles did not arrive; the message says which, with the last words of its log."""
