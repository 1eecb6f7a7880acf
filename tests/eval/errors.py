"""What the evaluation raises when it cannot be done."""

from wiredesk.errors import WiredeskError

__all__ = ["EvalError"]


class EvalError(WiredeskError):
    """Data that cannot be read, or an extraction that ended; the message says which and where."""
