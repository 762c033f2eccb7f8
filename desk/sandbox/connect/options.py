"""How the sandbox runs, from ``SANDBOX_…`` in the environment. A process of its own, it has settings of its own."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Options(BaseSettings):
    """All that can be set, with the values of a desk on one machine."""

    model_config = SettingsConfigDict(env_prefix='SANDBOX_', extra='ignore', frozen=True)

    desk_home: Path = Field(
        default=Path('.desk'),
        validation_alias='DESK_HOME',
        description="where Amazon's browser library is kept",
    )
    aws_port: int = Field(default=4580, description="Connect's and Comprehend's wire formats")
    moto_port: int = Field(default=4581, description='S3, SNS, SQS and Kinesis; 0 is without')
    throttles: bool = Field(default=True, description="whether AWS's rates are kept")
    seed: int = Field(default=0, description='the same seed gives the same ids, order and repeats')
    disorder: bool = Field(
        default=True, description='events come unordered and repeated, as in AWS'
    )
    snapshot: Path | None = Field(default=None, description='a file to begin from and to end in')
