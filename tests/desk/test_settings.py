"""Settings: a desk on one machine needs none; production refuses and lists all that is wrong at once."""

from typing import Any

import pytest
from pydantic import SecretStr

from desk.settings import Environment, Settings, SettingsError

STRONG = 'q8Zr2vXw-71LkTn0sBcYd_5GmHf3JpQe'
FIT: dict[str, Any] = {
    'desk_env': Environment.PRODUCTION,
    'database_url': 'postgresql://desk@db.example.com/desk',
    'redis_url': 'rediss://cache.example.com:6379/0',
    'jwt_secret_key': SecretStr(STRONG),
    'public_url': 'https://desk.example.com/',
}


def settings(**changes: Any) -> Settings:
    """Settings of a production desk that is fit to start, but for the changes."""
    return Settings(_env_file=None, **(FIT | changes))


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of this machine's environment in."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_local_desk_needs_no_settings() -> None:
    local = Settings(_env_file=None).checked()

    assert (local.desk_env, local.host, local.port) == (Environment.LOCAL, '127.0.0.1', 8080)
    assert (local.database_url, local.redis_url) == ('', '')
    assert not local.is_production


def test_environment_is_read_by_the_guides_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DATABASE_URL', 'postgresql://desk@db.example.com/desk')
    monkeypatch.setenv('REDIS_URL', 'redis://cache.example.com/0')
    monkeypatch.setenv('JWT_SECRET_KEY', STRONG)

    read = Settings(_env_file=None)

    assert read.database_url == 'postgresql://desk@db.example.com/desk'
    assert read.redis_url == 'redis://cache.example.com/0'
    assert read.jwt_secret_key.get_secret_value() == STRONG


def test_fit_production_desk_may_start() -> None:
    assert settings().checked().is_production


def test_voice_needs_where_calls_go_and_what_called_people_see() -> None:
    with pytest.raises(SettingsError) as refused:
        settings(connect_instance_id='11111111-2222-4333-8444-555555555555').checked()

    assert 'CONTACT_FLOW_ID is not set' in str(refused.value)
    assert 'SOURCE_PHONE_NUMBER is not set' in str(refused.value)
    assert not settings().has_voice


def test_simulator_is_named_by_awss_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('AWS_ENDPOINT_URL', 'http://127.0.0.1:4581')
    monkeypatch.setenv('AWS_ENDPOINT_URL_CONNECT', 'http://127.0.0.1:4580')

    assert Settings(_env_file=None).aws_endpoints == {
        '': 'http://127.0.0.1:4581',
        'connect': 'http://127.0.0.1:4580',
    }


def test_secret_is_never_shown() -> None:
    assert STRONG not in repr(settings())


@pytest.mark.parametrize(
    ('changes', 'complaint'),
    [
        ({'database_url': ''}, 'DATABASE_URL is not set'),
        ({'database_url': 'mysql://db'}, 'DATABASE_URL must be a PostgreSQL address'),
        ({'redis_url': ''}, 'REDIS_URL is not set'),
        ({'redis_url': 'http://cache'}, 'REDIS_URL must be a Redis address'),
        ({'jwt_secret_key': SecretStr('')}, 'JWT_SECRET_KEY is not set'),
        ({'jwt_secret_key': SecretStr('short')}, 'JWT_SECRET_KEY is shorter'),
        ({'jwt_secret_key': SecretStr('ab' * 40)}, 'JWT_SECRET_KEY is shorter'),
        ({'public_url': ''}, 'PUBLIC_URL is not set'),
        ({'public_url': 'http://desk.example.com'}, 'PUBLIC_URL must start with https://'),
    ],
)
def test_production_refuses_what_is_missing_or_weak(
    changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(**changes).checked()

    assert str(refused.value).count('\n  - ') == 1
    assert complaint in str(refused.value)


def test_production_lists_everything_that_is_wrong_at_once() -> None:
    nothing_set = {'database_url': '', 'redis_url': '', 'jwt_secret_key': SecretStr('')}

    with pytest.raises(SettingsError) as refused:
        settings(**nothing_set, public_url='http://desk').checked()

    for name in ('DATABASE_URL', 'REDIS_URL', 'JWT_SECRET_KEY', 'PUBLIC_URL'):
        assert name in str(refused.value)


def test_shown_origin_has_no_trailing_slash() -> None:
    assert settings().origins == {'https://desk.example.com'}


@pytest.mark.parametrize(
    ('given', 'is_on', 'is_stand_in'),
    [
        ({}, False, False),
        ({'aws_endpoint_url': 'http://127.0.0.1:4566'}, True, True),
        ({'aws_endpoint_url': 'http://127.0.0.1:4566', 'sentiment': False}, False, True),
        ({'sentiment': True}, True, False),
        ({'aws_endpoint_url': 'https://comprehend.eu-west-1.amazonaws.com'}, False, False),
        ({'aws_endpoint_url': 'https://amazonaws.com.example.org'}, False, True),
        (FIT | {'aws_endpoint_url': 'http://127.0.0.1:4566'}, False, True),
    ],
)
def test_lines_go_to_amazon_only_when_it_is_switched_on(
    given: dict[str, Any], *, is_on: bool, is_stand_in: bool
) -> None:
    found = Settings(_env_file=None, **given)

    assert (found.has_sentiment, found.has_sentiment_stand_in) == (is_on, is_stand_in)
