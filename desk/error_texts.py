"""What the log says of an exception: its type, its stack and its text, but no value that PostgreSQL or pydantic quotes.

PostgreSQL quotes values of the row in ``DETAIL`` ("Key (phone)=(…) already exists") and, where a value itself is wrong, in the
message as well. In their place the log names the table, the column and the constraint. Exceptions are handed on as stand-ins,
so that this holds whatever draws them, for causes and members of groups too.
"""

from collections.abc import Iterator, Mapping

import psycopg
from pydantic import ValidationError
from sqlalchemy.exc import StatementError

from desk.sql_texts import without_literals

NAMING_CLASSES = frozenset({'08', '0A', '23', '25', '26', '28', '34', '3D', '3F', '40', '42', '53', '54', '55', '57', '58'})  # fmt: skip
"""Classes of SQLSTATE whose messages name tables, columns, roles and states, and quote no value (PostgreSQL, appendix A)."""
QUOTING = frozenset({'42601'})
"""One of class 42 that does: "syntax error in tsquery" quotes what was searched for."""
ABOUT = ('table_name', 'column_name', 'constraint_name', 'datatype_name')
DETAIL = 'DETAIL:'


def as_logged(error: BaseException) -> BaseException:
    """Return a stand-in with the same type's name, stack, causes and members, whose text has no values."""
    return _stand_in(error, {})


def text_of(error: BaseException) -> str:
    """Return what the log says of an exception, without its causes."""
    if isinstance(error, psycopg.Error):
        return _of_postgres(error)
    if isinstance(error, StatementError):
        return _of_statement(error)
    if isinstance(error, ValidationError):
        rules = sorted({one['type'] for one in error.errors(include_input=False)})
        return f'{error.error_count()} faults in {error.title}: {", ".join(rules)}'
    return without_detail(_said(error))


def line_of(said: str, error: BaseException) -> str:
    """Return a line that was written about an exception, without what it quotes of it."""
    for one in _chain(error, set()):
        text = _said(one)
        if text and text_of(one) != text:
            said = said.replace(repr(one), type(one).__name__).replace(text, text_of(one))
    return without_detail(said)


def without_detail(said: str) -> str:
    """Cut a text where PostgreSQL begins to quote; for texts that others made of its errors."""
    return said.split(DETAIL, 1)[0].rstrip() if DETAIL in said else said


def _of_postgres(error: psycopg.Error) -> str:
    state = error.sqlstate
    if state is None:
        # The driver's own words: of a lost connection they name the server, of a value the value.
        is_away = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return without_detail(_said(error)) if is_away else 'said by the driver'
    names = state[:2] in NAMING_CLASSES and state not in QUOTING
    message = error.diag.message_primary if names else ''
    about = {name: getattr(error.diag, name) for name in ABOUT}
    known = ', '.join(f'{name} {value}' for name, value in about.items() if value)
    return ' '.join(part for part in (state, message, f'({known})' if known else '') if part)


def _of_statement(error: StatementError) -> str:
    cause = error.orig
    said = text_of(cause) if isinstance(cause, psycopg.Error) else ''
    kind = type(cause) if cause is not None else type(error)
    sql = f'\n[SQL: {without_literals(error.statement)}]' if error.statement else ''
    return f'({kind.__module__}.{kind.__qualname__}) {said}{sql}'


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an exception's text is anybody's code
        return 'cannot be said'


def _chain(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    """Yield an exception, what it was caused by, and the members of groups."""
    if id(error) in seen:
        return
    seen.add(id(error))
    yield error
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for one in (*members, error.__cause__, error.__context__):
        if one is not None:
            yield from _chain(one, seen)


def _stand_in(error: BaseException, made: dict[int, BaseException]) -> BaseException:
    if id(error) in made:
        return made[id(error)]
    names = {'__module__': type(error).__module__, '__qualname__': type(error).__qualname__}
    other = made[id(error)] = _instance(error, names, made)
    other.__traceback__ = error.__traceback__
    if error.__cause__ is not None:
        other.__cause__ = _stand_in(error.__cause__, made)
    if error.__context__ is not None:
        other.__context__ = _stand_in(error.__context__, made)
    other.__suppress_context__ = error.__suppress_context__
    return other


def _instance(
    error: BaseException, names: Mapping[str, str], made: dict[int, BaseException]
) -> BaseException:
    name = type(error).__name__
    if isinstance(error, BaseExceptionGroup):
        members = [_stand_in(one, made) for one in error.exceptions]
        group: type[BaseExceptionGroup] = type(name, (BaseExceptionGroup,), dict(names))
        return group(without_detail(error.message), members)
    other: Exception = type(name, (Exception,), dict(names))(text_of(error))
    for note in getattr(error, '__notes__', ()):
        other.add_note(without_detail(str(note)))
    return other
