"""Settings: the only reader of the environment.

Names are the guide's where it has them. A URL that is not set means "start a real one here" on one machine
(``DESK_ENV=local``); in production it means "refuse to start".
"""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

WEAK_SECRETS = frozenset({'', 'secret', 'changeme', 'your-secret-key', 'local-secret-key'})
MIN_SECRET_CHARS = 32  # 256 bits: RFC 7518 §3.2 asks as many for HS256


class Environment(StrEnum):
    """Where the desk runs."""

    LOCAL = 'local'
    PRODUCTION = 'production'


class SettingsError(RuntimeError):
    """The desk cannot start with these settings; the text lists all that is wrong."""


class Settings(BaseSettings):
    """All that can be set, with the values of a desk on one machine."""

    model_config = SettingsConfigDict(env_file='.env', extra='ignore', frozen=True)

    desk_env: Environment = Environment.LOCAL
    desk_home: Path = Field(default=Path('.desk'), description='where local data is kept')
    host: str = '127.0.0.1'
    port: int = 8080
    public_url: str = Field(
        default='', description='the address people open, e.g. https://desk.example.com'
    )

    database_url: str = ''
    redis_url: str = ''
    redis_prefix: str = Field(
        default='desk', description='in front of every key, to share one server'
    )
    jwt_secret_key: SecretStr = SecretStr('')

    session_hours: int = Field(default=12, ge=1, le=24 * 7)
    abandon_after_seconds: int = Field(
        default=120, ge=10, description='a silent waiting customer is gone'
    )
    pool_size: int = Field(default=20, ge=1, description='the guide: pool_size=20')
    pool_overflow: int = Field(default=30, ge=0, description='the guide: max_overflow=30')
    log_level: str = 'INFO'

    @property
    def is_production(self) -> bool:
        """Whether real people's data is at stake."""
        return self.desk_env is Environment.PRODUCTION

    @property
    def origins(self) -> frozenset[str]:
        """Addresses that a browser may open a socket from, beside the one it asked for."""
        return frozenset({self.public_url.rstrip('/')} - {''})

    def checked(self) -> Self:
        """Return these settings, fit to start with.

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
            'PUBLIC_URL is not set': not self.public_url,
            'PUBLIC_URL must start with https://': bool(self.public_url)
            and not self.public_url.startswith('https://'),
        }
        return [line for line, is_wrong in checks.items() if is_wrong]
