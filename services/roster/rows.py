"""One row of a sheet of people: its values, checked; an empty cell changes nothing."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from desk.errors import DeskError, InvalidInputError
from models import AgentRole
from models.queue import MAX_CHATS, MAX_LEVEL
from services.people.admin import MAX_NAME_CHARS
from services.people.authority import MAX_DEPARTMENT_CHARS
from services.people.invitations import MAX_EMAIL_CHARS
from services.roster.columns import Column, role_of
from services.text.addresses import parse_email
from services.text.visible import parse_name

_SKILL = re.compile(r'(?P<name>[^:;]+):\s*(?P<level>\d)')


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFault:
    """Why a row cannot be imported."""

    row: int
    """As Excel counts."""
    error: DeskError


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """The given values of a row."""

    row: int
    username: str
    names: Mapping[str, str] = field(default_factory=dict)
    """Names, e-mail and department, by the fields of ``Agent``."""
    role: AgentRole | None = None
    capacity: int | None = None
    levels: Mapping[str, int] | None = None
    """Levels by the name of the skill: all of the person's skills; none for an empty cell."""


def parsed(row: int, cells: Mapping[Column, str]) -> RosterRow:
    """Return the values of a row. Raises ``InvalidInputError`` for the first that cannot be used."""
    given = {column: text.strip() for column, text in cells.items() if text.strip()}
    username = parse_name(given.get(Column.USERNAME, ''), most=MAX_NAME_CHARS)
    if username is None:
        raise InvalidInputError('roster.username')
    return RosterRow(
        row=row,
        username=username,
        names=dict(_names(given)),
        role=_role(given.get(Column.ROLE)),
        capacity=_capacity(given.get(Column.CAPACITY)),
        levels=_levels(given.get(Column.SKILLS)),
    )


def _names(given: Mapping[Column, str]) -> Sequence[tuple[str, str]]:
    read: dict[Column, Callable[[str], str | None]] = {
        Column.LAST_NAME: lambda text: parse_name(text, most=MAX_NAME_CHARS),
        Column.FIRST_NAME: lambda text: parse_name(text, most=MAX_NAME_CHARS),
        Column.DEPARTMENT: lambda text: parse_name(text, most=MAX_DEPARTMENT_CHARS),
        Column.EMAIL: lambda text: parse_email(text[: MAX_EMAIL_CHARS + 1]),
    }
    found = []
    for column, parse in read.items():
        if column in given:
            value = parse(given[column])
            if value is None or len(value) > MAX_EMAIL_CHARS:
                raise InvalidInputError('roster.cell', value=given[column][:40])
            found.append((column.value, value))
    return found


def _role(text: str | None) -> AgentRole | None:
    role = role_of(text) if text else None
    if text and role is None:
        raise InvalidInputError('roster.cell', value=text[:40])
    return role


def _capacity(text: str | None) -> int | None:
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
    if not 1 <= number <= MAX_CHATS:
        raise InvalidInputError('agent.capacity', most=MAX_CHATS)
    return number


def _levels(text: str | None) -> dict[str, int] | None:
    if not text:
        return None
    levels: dict[str, int] = {}
    for part in filter(str.strip, text.split(';')):
        found = _SKILL.fullmatch(part.strip())
        if found is None or not 1 <= int(found['level']) <= MAX_LEVEL:
            raise InvalidInputError('roster.skills', most=MAX_LEVEL)
        levels[found['name'].strip()] = int(found['level'])
    return levels
