"""What the balancer of the soak is told; HAProxy itself is needed by ``make soak`` and ``make scaling`` only."""

from pathlib import Path

import pytest

from tests.load import balancer

CONTROL = Path('/somewhere/control')


def test_desks_are_sticky_by_cookie_checked_and_begin_deregistered() -> None:
    config = balancer.web_config(port=9000, control=CONTROL, desks={'old0': 9001, 'new0': 9002})

    assert '    bind 127.0.0.1:9000' in config
    assert '    server old0 127.0.0.1:9001 cookie old0 check disabled' in config
    assert '    server new0 127.0.0.1:9002 cookie new0 check disabled' in config
    assert f'    cookie {balancer.STICKY_COOKIE} insert nocache' in config
    assert '    option httpchk GET /healthz' in config


def test_sockets_may_be_idle_for_as_long_as_behind_the_balancer_of_aws() -> None:
    service = Path('deploy/templates/service.yaml').read_text()

    config = balancer.web_config(port=9000, control=CONTROL, desks={})

    assert f"idle_timeout.timeout_seconds, Value: '{balancer.IDLE_SECONDS}'" in service
    assert f'    timeout tunnel {balancer.IDLE_SECONDS}s' in config


def test_primary_that_is_deregistered_loses_its_connections() -> None:
    config = balancer.tcp_config(port=9000, control=CONTROL, servers={'first': 9001})

    assert 'server first 127.0.0.1:9001 disabled on-marked-down shutdown-sessions' in config


def test_missing_balancer_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('shutil.which', lambda *_, **__: None)

    with pytest.raises(balancer.MissingBalancerError, match='apt-get install haproxy'):
        balancer.program()
