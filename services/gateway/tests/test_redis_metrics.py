"""What the gateway tells Prometheus of the Redis server, on a real one."""

import redis
from prometheus_client import CollectorRegistry
from wiredesk.connection import connect
from wiredesk.testing import RedisServer, valkey_server
from wiredesk_gateway.redis_metrics import RedisCollector


def told(client: redis.Redis) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(RedisCollector(client))
    return registry


def test_a_server_that_keeps_a_file_says_that_it_is_well() -> None:
    with valkey_server(appendonly="yes") as server, connect(server.url) as client:
        found = told(client)
        assert found.get_sample_value("wiredesk_redis_up") == 1
        assert found.get_sample_value("wiredesk_redis_aof_enabled") == 1
        assert found.get_sample_value("wiredesk_redis_aof_last_write_ok") == 1
        assert found.get_sample_value("wiredesk_redis_aof_last_rewrite_ok") == 1
        assert found.get_sample_value("wiredesk_redis_aof_size_bytes") is not None
        assert found.get_sample_value("wiredesk_redis_evicted_keys_total") == 0
        assert 0 < found.get_sample_value("wiredesk_redis_ping_seconds") < 10


def test_commands_are_counted_under_few_names_each_of_them_from_zero(redis_client: redis.Redis) -> None:
    redis_client.config_resetstat()
    redis_client.xadd("s", {"a": "b"})
    redis_client.xinfo_stream("s")
    redis_client.xinfo_groups("s")
    redis_client.set("k", "v")
    found = told(redis_client)
    calls = {
        sample.labels["command"]: sample.value
        for metric in found.collect()
        for sample in metric.samples
        if sample.name == "wiredesk_redis_calls_total"
    }
    assert calls["xadd"] == 1
    assert calls["xinfo"] == 2
    assert calls["xclaim"] == 0
    assert calls["other"] >= 1
    assert "set" not in calls
    assert found.get_sample_value("wiredesk_redis_call_seconds_total", {"command": "xadd"}) > 0


def test_a_user_who_may_not_ask_for_it_still_says_that_the_server_answers(
    redis_server: RedisServer, redis_client: redis.Redis
) -> None:
    redis_client.acl_setuser("viewer", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-info"])
    try:
        with connect(f"redis://viewer:x@127.0.0.1:{redis_server.port}/0") as client:
            found = told(client)
            assert found.get_sample_value("wiredesk_redis_up") == 1
            assert found.get_sample_value("wiredesk_redis_aof_enabled") is None
    finally:
        redis_client.acl_deluser("viewer")


def test_a_server_that_is_away_is_down_and_nothing_else_is_said_of_it(no_redis_url: str) -> None:
    with connect(no_redis_url, retries=0) as client:
        samples = [sample for metric in told(client).collect() for sample in metric.samples]
    assert [(sample.name, sample.value) for sample in samples] == [("wiredesk_redis_up", 0)]
