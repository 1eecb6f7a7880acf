"""The clusters that `copies.lua` would make, without a server: the same rule over the same signatures."""

from collections.abc import Iterable

from wiredesk.stage.likeness import BAND_BYTES, BANDS, Likeness, is_copy

__all__ = ["clusters"]


def clusters(likenesses: Iterable[Likeness]) -> list[str]:
    """The cluster of each text, in the order in which they arrive. A test holds this and the script together."""
    holders: dict[bytes, int] = {}
    founders: list[Likeness] = []
    found = []
    for one in likenesses:
        bands = [one.bands[at : at + BAND_BYTES] for at in range(0, BANDS * BAND_BYTES, BAND_BYTES)]
        candidates = sorted({holders[band] for band in bands if band in holders})
        founder = next((founders[at] for at in candidates if is_copy(one, founders[at])), None)
        if founder is None:
            for band in bands:
                holders.setdefault(band, len(founders))
            founders.append(one)
        found.append((founder or one).cluster_id)
    return found
