"""The task of the service sets the desk's settings: all that production requires, and none that the desk does not know."""

from typing import Any

import pytest

from desk.settings import Settings, SettingsError
from tests.support import templates

OF_UVICORN = {'FORWARDED_ALLOW_IPS'}
NOT_SET = {
    'AWS_ENDPOINT_URL': 'simulators only',
    'AWS_ENDPOINT_URL_COMPREHEND': 'simulators only',
    'AWS_ENDPOINT_URL_CONNECT': 'simulators only',
    'AWS_ENDPOINT_URL_KINESIS': 'simulators only',
    'AWS_ENDPOINT_URL_S3': 'simulators only',
    'AWS_ENDPOINT_URL_SNS': 'simulators only',
    'AWS_ENDPOINT_URL_SQS': 'simulators only',
    'CONNECT_SANDBOX': 'local desks only',
    'DATABASE_OWNER_URL': 'the migration only (decision 0021)',
    'DEMO_PEOPLE': 'local desks only',
    'DRAIN_SECONDS': '60 in production, which the stop time of the task fits',
    'REDIS_PREFIX': "the server is the desk's alone",
}
"""Settings that the service's task leaves as they are, and why."""
DIGITS = 'a-secret-of-the-tests-0123456789-0123456789'
SECRETS = {
    'DATABASE_URL': 'postgresql://desk_app:secret@database:5432/desk?sslmode=require',
    'DATABASE_OWNER_URL': 'postgresql://desk_owner:secret@database:5432/desk?sslmode=require',
    'REDIS_URL': 'rediss://:secret@cache:6379/0',
    'JWT_SECRET_KEY': DIGITS,
    'METRICS_TOKEN': DIGITS,
    'OIDC_CLIENT_SECRET': DIGITS,
    'OTEL_EXPORTER_OTLP_HEADERS': 'authorization=secret',
    'SENTRY_DSN': 'https://secret@faults.example.com/1',
}
SINGLE_SIGN_ON = {
    'OidcIssuer': 'https://login.example.com/realms/desk',
    'OidcClientId': 'desk',
    'OidcClientSecret': f'arn:aws:secretsmanager:{templates.REGION}:{templates.ACCOUNT}:secret:desk/app/oidc',
    'OidcGroups': '{"desk-agents": {"role": "agent", "department": "주문·배송"}}',
}
SEEING = {
    'OtelExporterOtlpEndpoint': 'http://127.0.0.1:4318',
    'OtelExporterOtlpHeaders': f'arn:aws:secretsmanager:{templates.REGION}:{templates.ACCOUNT}:secret:desk/app/otel',
    'SentryDsn': f'arn:aws:secretsmanager:{templates.REGION}:{templates.ACCOUNT}:secret:desk/app/sentry',
}


def environment(task: str, **changes: str) -> dict[str, str]:
    """Return what the container of a task finds in its environment, its secrets included."""
    [container] = templates.of_type('AWS::ECS::TaskDefinition', **changes)[task][
        'ContainerDefinitions'
    ]
    said: dict[str, str] = {one['Name']: one['Value'] for one in container['Environment']}
    secret = {one['Name'] for one in container['Secrets']}
    assert not secret & set(said)
    return said | {name: SECRETS[name] for name in secret}


def as_settings(found: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    known = {name.upper() for name in Settings.model_fields}
    for name in known:
        monkeypatch.delenv(name, raising=False)
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return Settings(_env_file=None)


KINDS: list[dict[str, Any]] = [
    {'ConnectInstanceId': '', 'ContactFlowId': '', 'SourcePhoneNumber': '', 'ConnectCcpUrl': ''},
    {},
    SINGLE_SIGN_ON,
    SEEING,
]


@pytest.mark.parametrize(
    'changes', KINDS, ids=['without voice', 'with voice', 'single sign-on', 'traces and faults']
)
@pytest.mark.parametrize('task', ['service.Task', 'migration.Migration'])
def test_desk_starts_with_what_its_task_sets(
    task: str, changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = as_settings(environment(task, **changes), monkeypatch)

    assert settings.is_production
    assert settings.checked() is settings


def test_desk_does_not_start_without_one_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    found = environment('service.Task')
    del found['REDIS_URL']

    with pytest.raises(SettingsError, match='REDIS_URL is not set'):
        as_settings(found, monkeypatch).checked()


@pytest.mark.parametrize('task', ['service.Task', 'migration.Migration'])
def test_no_task_sets_what_the_desk_does_not_know(task: str) -> None:
    known = {name.upper() for name in Settings.model_fields} | OF_UVICORN

    assert set(environment(task, **SINGLE_SIGN_ON, **SEEING)) - known == set()


def test_every_setting_is_set_or_is_left_for_a_reason() -> None:
    """A new setting gets a line in ``deploy/templates/service.yaml``, or one in ``NOT_SET``."""
    known = {name.upper() for name in Settings.model_fields}

    assert known - set(environment('service.Task', **SINGLE_SIGN_ON, **SEEING)) == set(NOT_SET)


def test_owners_address_is_the_migrations_alone() -> None:
    assert 'DATABASE_OWNER_URL' in environment('migration.Migration')
    assert 'DATABASE_OWNER_URL' not in environment('service.Task')


def test_no_secret_stands_in_a_task() -> None:
    [container] = templates.of_type('AWS::ECS::TaskDefinition')['service.Task'][
        'ContainerDefinitions'
    ]

    telling = [one['Name'] for one in container['Environment'] if any(part in one['Name'] for part in ('SECRET', 'TOKEN', 'PASSWORD', 'DATABASE', 'REDIS'))]  # fmt: skip

    assert telling == []
