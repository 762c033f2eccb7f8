"""Settings: the only reader of the environment.

Names follow the guide. A URL that is not set means "start a real server here" on one machine
(``DESK_ENV=local``) and "refuse to start" in production.
"""

from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

WEAK_SECRETS = frozenset({'', 'secret', 'changeme', 'your-secret-key', 'local-secret-key'})
THIS_MACHINE = ('127.0.0.1', '::1', 'localhost')
AMAZONS_HOSTS = ('.amazonaws.com', '.amazonaws.com.cn', '.api.aws')
DRAIN_SECONDS = 60.0
"""300 pages are 5 a second. With uvicorn's own 10 s less than the 85 s that ECS waits before it kills (service.yaml)."""
MIN_SECRET_CHARS = 32  # 256 bits: RFC 7518 §3.2 requires as many for HS256


class Environment(StrEnum):
    """Where the desk runs."""

    LOCAL = 'local'
    PRODUCTION = 'production'


class StartError(RuntimeError):
    """The desk cannot start; the text tells the operator why, in plain sentences.

    It is not a ``DeskError``, because no signed-in reader with a language exists yet.
    """


class SettingsError(StartError):
    """The desk cannot start with these settings; the text lists every fault."""


class Settings(BaseSettings):
    """All settings, with the defaults of a desk on one machine."""

    model_config = SettingsConfigDict(env_file='.env', extra='ignore', frozen=True)

    desk_env: Environment = Environment.LOCAL
    desk_home: Path = Field(default=Path('.desk'), description='where local data is kept')
    host: str = '127.0.0.1'
    port: int = 8080
    public_url: str = Field(
        default='', description='the address people open, e.g. https://desk.example.com'
    )

    allowed_hosts: str = Field(
        default='',
        description='further names the desk answers to, beside that of public_url, with commas',
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(''),
        description='opens /metrics; without it only this machine may read them',
    )

    otel_exporter_otlp_endpoint: str = Field(
        default='',
        pattern=r'^(|https?://.+)$',
        description='where traces go, by OTLP over HTTP; empty: there are none',
    )
    otel_exporter_otlp_headers: SecretStr = Field(
        default=SecretStr(''), description='sent with them, as name=value, with commas'
    )
    otel_service_name: str = 'desk'
    otel_traces_sampler_arg: float = Field(
        default=0.1, ge=0, le=1, description='the share of requests and events that are traced'
    )
    sentry_dsn: SecretStr = Field(
        default=SecretStr(''), description='where faults are reported; empty: nowhere'
    )
    sentry_release: str = Field(default='', description='the version that faults are reported of')

    database_url: str = ''
    database_owner_url: str = Field(
        default='',
        description='the same database as the role that owns its tables, for migrations; empty: that of database_url',
    )
    redis_url: str = ''
    redis_prefix: str = Field(
        default='desk', description='in front of every key, to share one server'
    )
    jwt_secret_key: SecretStr = SecretStr('')

    aws_region: str = 'ap-northeast-2'
    aws_endpoint_url: str = Field(default='', description="AWS's own name: where a simulator is")
    aws_endpoint_url_comprehend: str = ''
    aws_endpoint_url_connect: str = ''
    aws_endpoint_url_sqs: str = ''
    aws_endpoint_url_kinesis: str = ''
    aws_endpoint_url_s3: str = ''
    aws_endpoint_url_sns: str = ''
    alerts_topic: str = Field(default='', description='the topic of SNS for alerts, by ARN')
    files_bucket: str = Field(
        default='', description='the bucket of S3 for files in chats; empty: none can be sent'
    )
    clamd_url: str = Field(
        default='',
        pattern=r'^(|tcp://[^/]+|unix:///.+)$',
        description="ClamAV's daemon, which scans files before anybody sees them; empty: they are not scanned",
    )
    sentiment: bool | None = Field(
        default=None,
        description="whether customers' lines go to Comprehend; unset: only to a stand-in on this machine",
    )
    sentiment_usd_a_day: float = Field(
        default=5.0, ge=0, description='what Comprehend may cost on a day in Seoul, all processes'
    )
    connect_instance_id: str = Field(
        default='', description='empty: on one machine Connect in a box, in production no voice'
    )
    contact_flow_id: str = Field(default='', description='where calls go that the desk begins')
    source_phone_number: str = Field(default='', description='what called people see, E.164')
    contact_events_queue: str = Field(
        default='connect-contact-events',
        description='the queue of SQS, by name or address, that contact events come to',
    )
    agent_events_stream: str = Field(
        default='connect-agent-events', description='the data stream of Kinesis for agent events'
    )
    connect_ccp_url: str = Field(
        default='', description='the softphone to embed: https://….my.connect.aws/ccp-v2/'
    )
    connect_login_url: str = Field(
        default='', description='where an agent signs in to it; {username} in it names them'
    )
    connect_sandbox: bool = Field(
        default=True, description='whether a local desk without Connect starts Connect in a box'
    )

    demo_people: bool = Field(
        default=True,
        description='whether an empty local desk is filled with demo people and their past chats',
    )
    quiet_hours: str = Field(
        default='21:00-08:00',
        pattern=r'^(|([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])$',
        description='in Seoul, when no customer is called; empty: they are called at any hour',
    )
    oidc_issuer: str = Field(
        default='', description='the single sign-on provider; empty: people sign in with passwords'
    )
    oidc_client_id: str = ''
    oidc_client_secret: SecretStr = SecretStr('')
    oidc_scopes: str = 'openid profile email'
    oidc_groups: str = Field(
        default='', description='JSON: what groups mean, {"group": {"role": …, "department": …}}'
    )
    oidc_groups_claim: str = Field(default='groups', description='the claim that names the groups')
    oidc_local_admins: bool = Field(
        default=False, description='whether administrators may sign in with a password as well'
    )

    session_hours: int = Field(default=12, ge=1, le=24 * 7)
    abandon_after_seconds: int = Field(
        default=120, ge=10, description='a silent waiting customer is gone'
    )
    drain_seconds: float | None = Field(
        default=None,
        ge=0,
        description='how long a process that is told to stop parts with its pages; unset: 60 in production, else 0',
    )
    pool_size: int = Field(default=20, ge=1, description='the guide: pool_size=20')
    pool_overflow: int = Field(default=30, ge=0, description='the guide: max_overflow=30')
    log_level: str = 'INFO'

    @property
    def is_production(self) -> bool:
        """Whether the desk holds real people's data."""
        return self.desk_env is Environment.PRODUCTION

    @property
    def seconds_to_drain(self) -> float:
        """How long a process that is told to stop may take to part with its pages."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return DRAIN_SECONDS if self.is_production else 0

    @property
    def has_demo_people(self) -> bool:
        """Whether the desk is for trying: an empty one is filled, and its login page lists the accounts."""
        return self.demo_people and not self.is_production

    @property
    def has_sentiment_stand_in(self) -> bool:
        """Whether Comprehend's address is set to a server that is not Amazon's."""
        host = self._comprehend_host
        return bool(host) and not host.endswith(AMAZONS_HOSTS)

    @property
    def has_sentiment(self) -> bool:
        """Whether sentiment analysis is on: as set, or else only where no text leaves this machine."""
        stays_here = self._comprehend_host in THIS_MACHINE and not self.is_production
        return stays_here if self.sentiment is None else self.sentiment

    @property
    def _comprehend_host(self) -> str:
        address = self.aws_endpoint_url_comprehend or self.aws_endpoint_url
        return urlsplit(address).hostname or ''

    @property
    def has_single_sign_on(self) -> bool:
        """Whether a single sign-on provider is configured."""
        return bool(self.oidc_issuer)

    @property
    def has_voice(self) -> bool:
        """Whether an Amazon Connect instance is configured."""
        return bool(self.connect_instance_id)

    @property
    def aws_endpoints(self) -> dict[str, str]:
        """The AWS addresses that are set, by service; ``''`` is the one for all other services."""
        named = {
            '': self.aws_endpoint_url,
            'comprehend': self.aws_endpoint_url_comprehend,
            'connect': self.aws_endpoint_url_connect,
            'sqs': self.aws_endpoint_url_sqs,
            'kinesis': self.aws_endpoint_url_kinesis,
            's3': self.aws_endpoint_url_s3,
            'sns': self.aws_endpoint_url_sns,
        }
        return {service: address for service, address in named.items() if address}

    @property
    def wants_sandbox(self) -> bool:
        """Whether the local simulator stands in for Amazon Connect."""
        is_configured = bool(self.connect_instance_id or self.connect_ccp_url)
        return self.connect_sandbox and not self.is_production and not is_configured

    @property
    def origins(self) -> frozenset[str]:
        """Origins from which a browser may open a socket, besides the host it asked for."""
        return frozenset({self.public_url.rstrip('/')} - {''})

    @property
    def migration_url(self) -> str:
        """The database address with the role that may change tables."""
        return self.database_owner_url or self.database_url

    @property
    def host_names(self) -> frozenset[str]:
        """The host names that the desk answers to, in lower case and without a port."""
        public = urlsplit(self.public_url).hostname or ''
        others = (name.strip().lower() for name in self.allowed_hosts.split(','))
        return frozenset({public, *others} - {''})

    def checked(self) -> Self:
        """Return these settings if the desk can start with them.

        Raises:
            SettingsError: something is missing or weak in production; the text lists all of it.
        """
        if self.is_production and (wrong := self._weaknesses()):
            listed = '\n'.join(f'  - {line}' for line in wrong)
            raise SettingsError(f'DESK_ENV=production cannot start:\n{listed}')
        return self

    def _weaknesses(self) -> list[str]:
        secret = self.jwt_secret_key.get_secret_value()
        checks = {
            'DATABASE_URL is not set': not self.database_url,
            'DATABASE_URL must be a PostgreSQL address': bool(self.database_url)
            and not self.database_url.startswith('postgresql'),
            'REDIS_URL is not set': not self.redis_url,
            'REDIS_URL must be a Redis address': bool(self.redis_url)
            and not self.redis_url.startswith(('redis://', 'rediss://', 'unix://')),
            'JWT_SECRET_KEY is not set': not secret,
            f'JWT_SECRET_KEY is shorter than {MIN_SECRET_CHARS} characters or well known': bool(
                secret
            )
            and (len(secret) < MIN_SECRET_CHARS or secret in WEAK_SECRETS or len(set(secret)) < 8),
            f'METRICS_TOKEN is shorter than {MIN_SECRET_CHARS} characters': 0
            < len(self.metrics_token.get_secret_value())
            < MIN_SECRET_CHARS,
            'CONTACT_FLOW_ID is not set (CONNECT_INSTANCE_ID is)': self.has_voice
            and not self.contact_flow_id,
            'SOURCE_PHONE_NUMBER is not set (CONNECT_INSTANCE_ID is)': self.has_voice
            and not self.source_phone_number,
            'CONNECT_CCP_URL must start with https://': bool(self.connect_ccp_url)
            and not self.connect_ccp_url.startswith('https://'),
            'OIDC_ISSUER must start with https://': self.has_single_sign_on
            and not self.oidc_issuer.startswith('https://'),
            'OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are not set (OIDC_ISSUER is)': self.has_single_sign_on
            and not (self.oidc_client_id and self.oidc_client_secret.get_secret_value()),
            'OIDC_GROUPS is not set (OIDC_ISSUER is): nobody could sign in': self.has_single_sign_on
            and not self.oidc_groups,
            'PUBLIC_URL is not set': not self.public_url,
            'PUBLIC_URL must start with https://': bool(self.public_url)
            and not self.public_url.startswith('https://'),
        }
        return [line for line, is_wrong in checks.items() if is_wrong]
