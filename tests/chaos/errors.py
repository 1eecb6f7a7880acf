"""What can go wrong with the proof itself, as opposed to what it is there to find."""

from wiredesk.errors import WiredeskError

__all__ = ["ChaosError"]


class ChaosError(WiredeskError):
    """The proof could not be carried out; the message names what and the cure."""
