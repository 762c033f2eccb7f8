"""What is asked of the database meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from desk.statement_pool import STATEMENT_LISTENERS

Hear = Callable[[str, Any], None]


@contextmanager
def each_statement(hear: Hear) -> Iterator[None]:
    """Call ``hear`` with every statement of sessions and reads, and its values, while the block runs."""

    def hear_engine(_conn: object, _cursor: object, text: str, values: Any, *_: object) -> None:
        hear(text, values)

    event.listen(Engine, 'before_cursor_execute', hear_engine)
    STATEMENT_LISTENERS.append(hear)
    try:
        yield
    finally:
        STATEMENT_LISTENERS.remove(hear)
        event.remove(Engine, 'before_cursor_execute', hear_engine)


@contextmanager
def heard_statements() -> Iterator[list[str]]:
    """Collect every statement of every engine while the block runs."""
    heard: list[str] = []
    with each_statement(lambda text, _values: heard.append(text)):
        yield heard
