"""How Alembic reaches the tables: the address comes from the caller, never from a file."""

from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import models  # noqa: F401 - makes every table known


def _run() -> None:
    engine = create_engine(context.config.attributes['url'])
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=SQLModel.metadata, compare_server_default=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


_run()
