"""What a desk on one machine stands on, Connect in a box among it: started where it is wanted, missed where it cannot be."""

from pathlib import Path

import pytest

from desk.sandbox import backing, vendor
from desk.settings import Settings
from tests.support.ports import free_port
from tests.support.sandbox.homes import Home


@pytest.fixture
def desk(new_home: Home) -> Settings:
    """A desk whose database and stream are elsewhere, with Amazon's library in its home."""
    vendor.fetch(Settings().desk_home)
    new_home.path.mkdir()
    (new_home.path / 'vendor').symlink_to(Settings().desk_home.absolute() / 'vendor')
    return Settings(
        _env_file=None,
        desk_home=new_home.path,
        database_url='postgresql://elsewhere/desk',
        redis_url='redis://elsewhere',
    )


def test_connect_in_a_box_is_started_beside_a_desk_without_connect(
    desk: Settings, new_home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with backing.backed(desk, with_connect=True) as ready:
        assert ready.connect_ccp_url.startswith('http://127.0.0.1:')
        assert ready.connect_login_url.endswith('/connect/login?agent={username}')
        assert ready.connect_instance_id
        assert ready.database_url == desk.database_url

    assert '/_sandbox/control/' in capsys.readouterr().out
    assert new_home.becomes_empty()


@pytest.mark.parametrize(
    'chosen',
    [
        {'connect_instance_id': 'ours'},
        {'connect_ccp_url': 'https://x/'},
        {'connect_sandbox': False},
    ],
    ids=['an instance', 'a softphone', 'none wanted'],
)
def test_connect_that_is_set_up_or_not_wanted_starts_nothing(
    desk: Settings, new_home: Home, chosen: dict[str, object]
) -> None:
    with backing.backed(desk.model_copy(update=chosen), with_connect=True) as ready:
        assert ready == desk.model_copy(update=chosen)
        assert not new_home.people()


def test_box_that_cannot_start_is_said_and_the_desk_runs_without(
    desk: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv('SANDBOX_SEED', 'many')

    with backing.backed(desk, with_connect=True) as ready:
        assert ready == desk

    said = capsys.readouterr().err
    assert 'SANDBOX_SEED' in said
    assert said.endswith('The desk runs without a softphone.\n')


def test_missing_npm_is_said_and_the_box_has_no_softphone(
    desk: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (desk.desk_home / 'vendor').unlink()
    monkeypatch.setenv('npm_config_registry', f'http://127.0.0.1:{free_port()}')
    monkeypatch.setenv('npm_config_fetch_retries', '0')
    monkeypatch.setenv('npm_config_cache', str(tmp_path / 'npm'))

    with backing.backed(desk, with_connect=True) as ready:
        assert ready.connect_instance_id
        assert not ready.connect_ccp_url

    assert vendor.STREAMS.release in capsys.readouterr().err
