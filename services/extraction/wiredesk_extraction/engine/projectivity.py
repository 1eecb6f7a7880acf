"""Crossing arcs, which the parser learnt as straight ones with a label that tells where they belong.

Pseudo-projective parsing with the scheme "head" (Nivre and Nilsson, 2005): X||Y is an X that belongs below a Y.
"""

from collections.abc import Sequence

__all__ = ["DELIMITER", "reattach"]

DELIMITER = "||"


def reattach(
    heads: list[int],
    labels: list[str],
    edges: tuple[Sequence[int], Sequence[int]],
    space: Sequence[int],
) -> None:
    """Move the arcs of one document that carry two labels to where they belong, in place.

    `edges`: first and last token of each subtree before anything moves: as in spaCy, what has moved out of them is no
    longer looked for there.
    """
    for token, label in enumerate(labels):
        if DELIMITER in label:
            labels[token], below = label.split(DELIMITER)
            heads[token] = _new_head(token, below, heads, labels, edges, space)


def _new_head(
    token: int,
    label: str,
    heads: list[int],
    labels: list[str],
    edges: tuple[Sequence[int], Sequence[int]],
    space: Sequence[int],
) -> int:
    """The first token with that label below the token's head, level by level; the head itself when there is none."""
    left, right = edges
    level = [heads[token]]
    while level:
        below = []
        for parent in level:
            for child in range(left[parent], right[parent] + 1):
                if heads[child] != parent or child in (parent, token) or space[child]:
                    continue
                if labels[child] == label:
                    return child
                below.append(child)
        level = below
    return heads[token]
