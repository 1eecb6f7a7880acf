"""Containers that are killed, frozen, restarted and replaced while articles flow: nothing is lost, nothing doubled."""

import pytest
from wiredesk.testing import wait_until

from tests.compose.stack import WORKERS, Stack
from tests.compose.traffic import Traffic

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200)]

PORTION = 250
TAKEN_OVER_S = 240


def container_on(stack: Stack, service: str, host: str) -> str:
    """A container's host name is the beginning of its id."""
    return next(one for one in stack.containers(service) if one.startswith(host))


def two_of_extraction_busy(stack: Stack, traffic: Traffic) -> None:
    stack.up(extraction=2)
    traffic.let_go(PORTION)


def test_a_worker_whose_process_is_killed_comes_back_by_itself(stack: Stack, traffic: Traffic) -> None:
    two_of_extraction_busy(stack, traffic)
    killed = container_on(stack, "extraction", traffic.busy_host("extraction"))
    # init is process 1, the worker its child.
    stack.docker("exec", killed, "sh", "-c", "kill -9 $(cut -d ' ' -f 1 /proc/1/task/1/children)")
    wait_until(
        lambda: any(one["RestartCount"] == 1 for one in stack.inspected("extraction", stopped=True)),
        timeout_s=240,
        what="the container to be started again",
    )
    stack.wait_until_healthy("extraction")
    traffic.wait_until_ended()
    assert traffic.wrong() == []


def test_what_a_killed_container_held_is_taken_over(stack: Stack, traffic: Traffic) -> None:
    two_of_extraction_busy(stack, traffic)
    killed = container_on(stack, "extraction", traffic.busy_host("extraction"))
    stack.docker("kill", killed)
    traffic.wait_until_ended()
    assert traffic.wrong() == []
    stack.docker("start", killed)
    stack.wait_until_healthy("extraction")


def test_what_a_frozen_worker_holds_is_taken_over_and_its_late_answers_change_nothing(
    stack: Stack, traffic: Traffic
) -> None:
    two_of_extraction_busy(stack, traffic)
    frozen = frozen_with_work_in_hand(stack, traffic)
    # Longer than the reclaim interval: the other one has finished all that this one held.
    traffic.wait_until_ended()
    stack.docker("unpause", frozen)
    wait_until(
        lambda: [worker.state for worker in traffic.workers("extraction")] == ["consuming"] * 2,
        timeout_s=TAKEN_OVER_S,
        what="the worker that was frozen to consume again",
    )
    stack.wait_until_healthy("extraction")  # the engine looks again now and then only
    traffic.let_go(20)
    traffic.wait_until_ended()
    assert traffic.wrong() == []


def frozen_with_work_in_hand(stack: Stack, traffic: Traffic) -> str:
    """Freeze a worker at a moment at which Redis holds entries for it; the id of its container."""
    while True:
        host = traffic.busy_host("extraction")
        container = container_on(stack, "extraction", host)
        stack.pause(container)
        if traffic.held_by("extraction", host):
            return container
        stack.docker("unpause", container)
        traffic.let_go(20)  # so that there is always another moment


def test_a_restart_of_redis_costs_nothing(stack: Stack, traffic: Traffic) -> None:
    traffic.let_go(PORTION)
    traffic.busy_host("extraction")
    stack.compose("restart", "redis")
    traffic.let_go(PORTION)
    traffic.wait_until_ended()
    assert traffic.wrong() == []
    stack.wait_until_healthy("redis", *WORKERS)


def test_a_redis_that_is_killed_costs_nothing(stack: Stack, traffic: Traffic) -> None:
    traffic.let_go(PORTION)
    traffic.busy_host("extraction")
    (redis,) = stack.containers("redis")
    stack.docker("exec", redis, "sh", "-c", "kill -9 $(cut -d ' ' -f 1 /proc/1/task/1/children)")
    traffic.wait_until_ended()
    assert traffic.wrong() == []
    stack.wait_until_healthy("redis", *WORKERS)


def test_every_worker_is_replaced_one_service_after_the_other(stack: Stack, traffic: Traffic) -> None:
    before = {service: stack.containers(service) for service in WORKERS}
    for service in WORKERS:
        traffic.let_go(100)
        stack.compose("up", "-d", "--no-build", "--no-deps", "--force-recreate", "--wait", service)
        assert not set(before[service]) & set(stack.containers(service))
    traffic.wait_until_ended()
    assert traffic.wrong() == []


def test_a_worker_that_is_stopped_at_work_drains(stack: Stack, traffic: Traffic) -> None:
    traffic.let_go(PORTION)
    traffic.busy_host("extraction")
    stack.compose("stop", "extraction", "ingest", "indexing")
    ended = [one["State"]["ExitCode"] for one in stack.inspected("extraction", stopped=True)]
    assert set(ended) == {0}, "137 is the end of one that did not drain in time"
    stack.up(ingest=1, extraction=1, indexing=1)
    traffic.wait_until_ended()
    assert traffic.wrong() == []
