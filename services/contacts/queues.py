"""The desk's queues, as administrators configure them.

A queue is never deleted: contacts, facts and reports refer to it. A closed one accepts no new
contacts; its waiting ones are still served. Its department decides who may see its contacts (the
guide's ``department`` columns hold a copy), so the department changes only while the queue has no
waiting or open contact. Its name is only for choosing and is copied nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import (
    ConflictError,
    DeskError,
    FieldsRefusedError,
    InvalidInputError,
    NotFoundError,
)
from models import Agent, AuditAction, Queue, QueueMode, QueueTarget, SettingKind, SubjectKind
from models.queue import MAX_LEVEL
from services.contacts import queue_queries as queries
from services.people import skill_queries
from services.people.authority import require_admin
from services.people.events import RoutingNeeded, SettingPart, SettingsChanged
from services.text.visible import parse_name
from services.work.setting_log import log_change
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """The range of a number, and whether it may be empty."""

    least: int
    most: int
    may_be_empty: bool = False


LIMITS = {
    'min_level': Limits(1, MAX_LEVEL),
    'service_level_seconds': Limits(1, 3_600),
    'service_level_percent': Limits(1, 100),
    'offer_seconds': Limits(5, 120),
    'misses_until_away': Limits(1, 10),
    'returning_seconds': Limits(0, 600),
    'widen_after_seconds': Limits(1, 3_600, may_be_empty=True),
    'wider_level': Limits(1, MAX_LEVEL),
    'wrap_up_seconds': Limits(10, 3_600, may_be_empty=True),
    'recording_pause_seconds': Limits(10, 600),
    'long_call_seconds': Limits(60, 7_200, may_be_empty=True),
    'very_long_call_seconds': Limits(60, 7_200, may_be_empty=True),
    'callbacks_per_hour': Limits(0, 1_000, may_be_empty=True),
    'silence_ask_seconds': Limits(30, 7_200, may_be_empty=True),
    'silence_close_seconds': Limits(30, 7_200),
    'abuse_warnings': Limits(0, 5),
    'harassment_warnings': Limits(0, 5),
    'most_waiting': Limits(1, 1_000, may_be_empty=True),
    'longest_wait_seconds': Limits(60, 7_200, may_be_empty=True),
}
"""The limits of a queue's numbers; times in seconds."""
TARGETS = ('service_level_seconds', 'service_level_percent')
"""Fields whose changes take effect on the next day."""
FLAGS = ('is_active', 'chats_during_call', 'wrap_up_required', 'is_announced_by_phone')
FIELDS = (
    'name', 'name_en', 'department', 'mode', 'is_active', 'service_level_seconds', 'service_level_percent',
    'offer_seconds', 'misses_until_away', 'skill_id', 'min_level', 'widen_after_seconds', 'wider_department',
    'wider_level', 'returning_seconds', 'wrap_up_required', 'wrap_up_seconds', 'chats_during_call',
    'recording_pause_seconds', 'long_call_seconds', 'very_long_call_seconds',
    'callbacks_per_hour', 'silence_ask_seconds', 'silence_close_seconds', 'abuse_warnings', 'harassment_warnings',
    'most_waiting', 'longest_wait_seconds', 'is_announced_by_phone',
)  # fmt: skip
"""The fields that can be configured."""


class QueueChangedError(ConflictError):
    """The queue has changed since it was read; ``queue`` is its current state."""

    def __init__(self, queue: Queue) -> None:
        super().__init__('queue.changed')
        self.queue = queue


class Queues:
    """The queues. For administrators; all others get ``NotAllowedError``."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def all(self, by: Agent) -> Sequence[Queue]:
        """Return all queues, open ones first, by name."""
        async with self._db.reading() as session:
            await require_admin(session, by)
            return await queries.everyone(session)

    async def add(self, by: Agent, values: Mapping[str, str]) -> Queue:
        """Add a queue; fields missing in ``values`` (as typed) get their defaults.

        Raises:
            FieldsRefusedError: values that cannot be used, by field.
        """
        kept = parsed({'name': '', 'department': ''} | dict(values))
        try:
            async with self._units.begin() as work:
                await require_admin(work.session, by)
                await _check(work.session, kept, None)
                queue = Queue(**kept)
                work.session.add(queue)
                await work.session.flush()
                queue.sqlmodel_update(kept)  # empty values were treated as missing
                work.session.add(queue)
                await work.session.flush()
                _log(work, by, queue, {})
                _told(work, by, queue, AuditAction.QUEUE_ADDED)
        except IntegrityError as error:  # another request added it at the same time
            raise _taken() from error
        return queue

    async def edit(
        self, by: Agent, queue_id: UUID, values: Mapping[str, str], *, version: int
    ) -> Queue:
        """Change fields of a queue that was read at ``version``.

        Raises:
            FieldsRefusedError: values that cannot be used, by field.
            QueueChangedError: the queue has changed since.
            NotFoundError: the queue does not exist.
        """
        kept = parsed(values)
        try:
            async with self._units.begin() as work:
                await require_admin(work.session, by)
                queue = await queries.by_id(work.session, queue_id, lock=True)
                if queue is None:
                    raise NotFoundError('queue.not_found')
                if queue.version != version:
                    raise QueueChangedError(queue)
                changed = {one: kept[one] for one in kept if getattr(queue, one) != kept[one]}
                if changed:
                    await _check(work.session, changed, queue_id)
                    await _keep_targets(work.session, queue, changed)
                    before = as_typed(queue)
                    queue.sqlmodel_update(changed)
                    queue.version += 1
                    queue.updated_at = clock.now()
                    work.session.add(queue)
                    await work.session.flush()
                    _log(work, by, queue, before)
                    _told(work, by, queue, AuditAction.QUEUE_CHANGED, [*changed])
        except IntegrityError as error:
            raise _taken() from error
        return queue


def parsed(values: Mapping[str, str]) -> dict[str, Any]:
    """Return fields as they are stored.

    Raises ``FieldsRefusedError`` with every value that cannot be used.
    """
    kept: dict[str, Any] = {}
    faults: dict[str, DeskError] = {}
    for name in FIELDS:
        if name not in values:
            continue
        try:
            kept[name] = _parsed(name, values[name])
        except InvalidInputError as error:
            faults[name] = error
    if faults:
        raise FieldsRefusedError(faults)
    return kept


def as_typed(queue: Queue) -> dict[str, str]:
    """Return a queue's fields as text, in the form that ``parsed`` reads."""
    return {name: typed(getattr(queue, name)) for name in FIELDS}


def typed(value: object) -> str:
    """Return a value as text, in the form that ``parsed`` reads."""
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    return '' if value is None else str(value)


def _parsed(name: str, typed: str) -> Any:
    if name in LIMITS:
        return _number(typed, LIMITS[name])
    if name in FLAGS:
        return _flag(typed)
    match name:
        case 'mode':
            return _mode(typed)
        case 'skill_id':
            return _skill_id(typed)
        case _:
            return _name(name, typed)


def _number(typed: str, limits: Limits) -> int | None:
    text = typed.strip()
    if not text and limits.may_be_empty:
        return None
    if text.isascii() and text.isdecimal() and len(text) < 7:
        number = int(text)
        if limits.least <= number <= limits.most:
            return number
    raise InvalidInputError('settings.number', least=limits.least, most=f'{limits.most:,}')


def _name(name: str, typed: str) -> str | None:
    if not typed.strip() and name in EMPTY:
        return EMPTY[name]
    text = parse_name(typed, most=MAX_NAME_CHARS)
    if text is None:
        raise InvalidInputError('settings.name', most=MAX_NAME_CHARS)
    return text


EMPTY: dict[str, str | None] = {'name_en': '', 'wider_department': None}
"""Optional names: how an empty one is stored."""


def _flag(typed: str) -> bool:
    if typed not in {'yes', 'no'}:
        raise InvalidInputError('settings.choice')
    return typed == 'yes'


def _mode(typed: str) -> QueueMode:
    try:
        return QueueMode(typed)
    except ValueError as error:
        raise InvalidInputError('settings.choice') from error


def _skill_id(typed: str) -> UUID | None:
    try:
        return UUID(typed) if typed else None
    except ValueError as error:
        raise InvalidInputError('settings.choice') from error


async def _check(session: AsyncSession, kept: Mapping[str, Any], queue_id: UUID | None) -> None:
    """Raise ``FieldsRefusedError`` for a name that another queue has, and for an unknown skill."""
    faults: dict[str, DeskError] = {}
    other = await queries.by_name(session, kept['name']) if 'name' in kept else None
    if other is not None and other.id != queue_id:
        faults['name'] = ConflictError('settings.name_taken')
    skills = await skill_queries.skills(session) if kept.get('skill_id') else ()
    if kept.get('skill_id') and all(one.id != kept['skill_id'] for one in skills):
        faults['skill_id'] = InvalidInputError('settings.choice')
    if 'department' in kept and queue_id and await queries.has_open(session, queue_id):
        faults['department'] = ConflictError('queue.busy')
    if faults:
        raise FieldsRefusedError(faults)


async def _keep_targets(session: AsyncSession, queue: Queue, changed: Mapping[str, Any]) -> None:
    """Store a changed target from tomorrow on: one day's figures use one target."""
    if changed.keys().isdisjoint(TARGETS):
        return
    was = QueueTarget(
        queue_id=queue.id, since=date.min, seconds=queue.service_level_seconds,
        percent=queue.service_level_percent,
    )  # fmt: skip
    tomorrow = clock.now().astimezone(clock.SEOUL).date() + timedelta(days=1)
    new = QueueTarget(
        queue_id=queue.id, since=tomorrow,
        seconds=changed.get('service_level_seconds', was.seconds),
        percent=changed.get('service_level_percent', was.percent),
    )  # fmt: skip
    await queries.keep_target(session, was, replaces=False)
    await queries.keep_target(session, new, replaces=True)


def _log(work: UnitOfWork, by: Agent, queue: Queue, before: Mapping[str, str]) -> None:
    log_change(
        work, by, SettingKind.QUEUE, queue.id, queue.version, before=before, after=as_typed(queue)
    )


def _told(
    work: UnitOfWork, by: Agent, queue: Queue, action: AuditAction, fields: Sequence[str] = ()
) -> None:
    work.record(by, action, subject=(SubjectKind.QUEUE, queue.id), fields=fields)
    work.tell(SettingsChanged(part=SettingPart.QUEUES))
    work.tell(RoutingNeeded())


def _taken() -> FieldsRefusedError:
    return FieldsRefusedError({'name': ConflictError('settings.name_taken')})
