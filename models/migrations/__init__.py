"""Schema changes: Alembic migrations, and the calls that run them."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option('script_location', str(Path(__file__).parent))
    config.attributes['url'] = url
    return config


def upgrade(url: str) -> None:
    """Bring the tables at ``url`` to the newest revision; does nothing when they are there already."""
    command.upgrade(_config(url), 'head')


def check(url: str) -> None:
    """Raise ``alembic.util.CommandError`` when the tables and the models differ."""
    command.check(_config(url))


def generate(url: str, message: str) -> None:
    """Write a new revision out of the difference between tables and models, to be reviewed."""
    command.revision(_config(url), message, autogenerate=True)
