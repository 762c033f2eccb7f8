"""The simulator's settings, from ``SANDBOX_…`` in the environment; it is a separate process."""

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from desk.sandbox.errors import SandboxError

LAST_PORT = 65_535


class Options(BaseSettings):
    """All settings, with the defaults for one machine."""

    model_config = SettingsConfigDict(env_prefix='SANDBOX_', extra='ignore', frozen=True)

    desk_home: Path = Field(
        default=Path('.desk'),
        validation_alias='DESK_HOME',
        description="where Amazon's browser library is kept",
    )
    aws_port: int = Field(
        default=4580, ge=1, le=LAST_PORT, description="Connect's and Comprehend's wire formats"
    )
    moto_port: int = Field(
        default=4581, ge=0, le=LAST_PORT, description='S3, SNS, SQS and Kinesis; 0 is without'
    )
    throttles: bool = Field(default=True, description="whether AWS's rates are kept")
    seed: int = Field(default=0, description='the same seed gives the same ids, order and repeats')
    disorder: bool = Field(
        default=True, description='events come unordered and repeated, as in AWS'
    )
    snapshot: Path | None = Field(default=None, description='a file to begin from, kept up to date')

    @classmethod
    def read(cls) -> Self:
        """Return the settings from the environment.

        Raises:
            SandboxError: some are invalid; the text lists them.
        """
        try:
            return cls()
        except ValidationError as error:
            wrong = [
                f'SANDBOX_{each["loc"][0]}'.upper() + f': {each["msg"]}' for each in error.errors()
            ]
            raise SandboxError('\n'.join(wrong)) from error
