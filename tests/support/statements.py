"""What is asked of the database meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def heard_statements() -> Iterator[list[str]]:
    """Collect every statement of every engine while the block runs."""
    heard: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    event.listen(Engine, 'before_cursor_execute', hear)
    yield heard
    event.remove(Engine, 'before_cursor_execute', hear)
