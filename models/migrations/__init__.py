"""Schema changes: Alembic migrations, and the calls that run them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url

from models.migrations.grants import grant


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option('script_location', str(Path(__file__).parent))
    config.attributes['url'] = url
    return config


def upgrade(url: str, *, used_by: str = '') -> None:
    """Bring the tables at ``url`` to the newest revision; does nothing when they are there already.

    Args:
        url: the address of their owner.
        used_by: the address of the role that the desk itself connects as, when it is another.
    """
    command.upgrade(_config(url), 'head')
    if make_url(used_by or url).username != make_url(url).username:
        grant(url, used_by)


def check(url: str) -> None:
    """Raise ``alembic.util.CommandError`` when the tables and the models differ."""
    command.check(_config(url))


def generate(url: str, message: str) -> None:
    """Write a new revision out of the difference between tables and models, to be reviewed."""
    command.revision(_config(url), message, autogenerate=True)
