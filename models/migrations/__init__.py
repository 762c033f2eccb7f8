"""Schema changes: Alembic migrations, and the calls that run them."""

from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from models.migrations.grants import grant

log = structlog.get_logger()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option('script_location', str(Path(__file__).parent))
    config.attributes['url'] = url
    return config


def upgrade(url: str, *, used_by: str = '') -> None:
    """Bring the tables at ``url`` to the newest revision; does nothing when they are there already, or at a later version's.

    The desk works on tables of the version after it (decision 0057): going back to an earlier version migrates nothing.

    Args:
        url: the address of their owner.
        used_by: the address of the role that the desk itself connects as, when it is another.
    """
    config = _config(url)
    if later := _unknown_revision(config, url):
        log.warning('tables_of_a_later_version', revision=later)
        return
    command.upgrade(config, 'head')
    if make_url(used_by or url).username != make_url(url).username:
        grant(url, used_by)


def _unknown_revision(config: Config, url: str) -> str:
    """Return the revision at which the tables are, when this version does not know it; else nothing."""
    known = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            heads = MigrationContext.configure(connection).get_current_heads()
    finally:
        engine.dispose()
    return ', '.join(one for one in heads if one not in known)


def check(url: str) -> None:
    """Raise ``alembic.util.CommandError`` when the tables and the models differ."""
    command.check(_config(url))


def generate(url: str, message: str) -> None:
    """Write a new revision out of the difference between tables and models, to be reviewed."""
    command.revision(_config(url), message, autogenerate=True)
