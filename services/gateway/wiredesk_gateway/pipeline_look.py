"""One look at the pipeline for its page: the state, the newest dead letters, the index, and what could not be seen."""

from collections.abc import Callable
from dataclasses import dataclass

import redis
from wiredesk import pipeline
from wiredesk.dead import DeadLetterSummary, list_dead
from wiredesk.errors import Unavailable
from wiredesk.pipeline_state import PipelineState
from wiredesk.sizing import size

from wiredesk_gateway.admission import Admission
from wiredesk_gateway.live_index import LiveIndex

__all__ = ["PipelineLook", "looking"]

_NEWEST_DEAD = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PipelineLook:
    """No two are the same. `state` is None where Redis is away, and `problem` says so; `held_back` is why no articles
    are taken now.
    """

    state: PipelineState | None = None
    problem: str | None = None
    letters: tuple[DeadLetterSummary, ...] = ()
    held_back: str | None = None
    documents: int | None = None
    index_problem: str | None = None

    def sized(self, drain_in_s: float) -> PipelineState | None:
        """The state, reckoned for another time in which what waits is to be done."""
        if self.state is None or self.state.sizing is None or self.state.sizing.drain_in_s == drain_in_s:
            return self.state
        return self.state.model_copy(update={"sizing": size(self.state.stages, drain_in_s=drain_in_s)})


def looking(client: redis.Redis, admission: Admission, index: LiveIndex) -> Callable[[], PipelineLook]:
    """How to look once. Never raises for a server that is away."""

    def look() -> PipelineLook:
        index_problem, documents = index.problem, index.documents()
        try:
            state = pipeline.read(client, limits=admission.limits)
            letters = list_dead(client, limit=_NEWEST_DEAD) if state.dead_letters.total else []
            held_back = admission.look().message
        except Unavailable as error:
            return PipelineLook(problem=str(error), documents=documents, index_problem=index_problem)
        return PipelineLook(
            state=state,
            letters=tuple(letters),
            held_back=held_back,
            documents=documents,
            index_problem=index_problem,
        )

    return look
