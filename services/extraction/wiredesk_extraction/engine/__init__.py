"""Runs the weights of a spaCy CNN pipeline (tagger, arc-eager parser, names) several times faster, with its answers.

Architecture: hash embeddings and a convolutional encoder with maxout units (Honnibal, "Deep learning formula for NLP",
2016; Goodfellow et al., "Maxout Networks", 2013), and greedy transition systems over them: non-monotonic arc-eager for
dependencies (Honnibal and Johnson, "An Improved Non-monotonic Transition System for Dependency Parsing", 2015) and
BILUO for names (Ratinov and Roth, 2009). Where the time is won is in docs/decisions/0027-an-engine-of-our-own.md.
"""

from wiredesk_extraction.engine.analysis import Analysis
from wiredesk_extraction.engine.engine import Engine
from wiredesk_extraction.engine.weights import UnknownArchitecture

__all__ = ["Analysis", "Engine", "UnknownArchitecture"]
