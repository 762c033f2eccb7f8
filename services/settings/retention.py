"""How long the desk keeps what only its operation needs: by table, counted before it is deleted.

Nothing is deleted until somebody sets a number of days. The audit log is not among the tables and never will be. Of chats and
calls the personal data goes and the facts stay; what else belongs to a customer goes with the customer
(``services.customers.erasure``).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from desk import clock
from desk.errors import DeskError, FieldsRefusedError, InvalidInputError
from models import EVERYWHERE, Agent, AuditAction, SettingKind
from services.settings import access, queries, retention_queries
from services.settings.rows import number
from services.work.setting_log import Values
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

LEAST_DAYS = 30
MOST_DAYS = 3_650
CONTACTS_BATCH = 100
"""Contacts of one transaction: each has some dozens of rows."""
BATCH = 1_000
"""Rows that one transaction deletes: it holds their locks for milliseconds."""
MOST_BATCHES = 50
"""Batches of one table in one run; the next run goes on."""


class Kept(StrEnum):
    """Tables whose old rows may go."""

    ASSIGNMENTS = 'assignments'
    """Why contacts were offered to whom."""
    ALERTS = 'alerts'
    """Alerts that have ended."""
    NOTICES = 'notices'
    """Notices to queues, with who has read them."""
    MESSAGES = 'messages'
    """What was written in ended chats, and about them afterwards. The chats stay."""
    CHATS = 'chats'
    """Whom ended chats were with, and what was written in them. The chats stay, as figures."""
    CALLS = 'calls'
    """Whom ended calls were with, and what was written about them. The calls stay, as figures."""


CONTACTS = frozenset({Kept.MESSAGES, Kept.CHATS, Kept.CALLS})
"""Kinds whose rows stay without personal data."""
NEW_RETENTION: Mapping[str, str] = {one.value: '' for one in Kept}
"""Days by table; empty keeps for ever."""


class Retention:
    """Counts and deletes what is older than the desk keeps."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def dry_run(self, by: Agent, values: Values) -> dict[Kept, int]:
        """Return how many rows would be deleted now with these values, as typed.

        Raises ``FieldsRefusedError``, and ``NotAllowedError`` for all but administrators.
        """
        days = _days(parsed_retention(values))
        async with self._units.db.reading() as session:
            await access.require_editor(session, by, EVERYWHERE)
            return {one: await retention_queries.count(session, one, _before(days[one])) for one in days}  # fmt: skip

    async def sweep(self) -> dict[Kept, int]:
        """Delete what is older than the stored values keep; return how many rows went, by table."""
        async with self._units.db.reading() as session:
            row = await queries.document(session, SettingKind.RETENTION, EVERYWHERE)
        gone: dict[Kept, int] = {}
        for one, days in _days(row.values if row else {}).items():
            gone[one] = await self._delete(one, _before(days))
        return gone

    async def _delete(self, one: Kept, before: datetime) -> int:
        gone, size = 0, CONTACTS_BATCH if one in CONTACTS else BATCH
        for _batch in range(MOST_BATCHES):
            async with self._units.begin() as work:
                count = await retention_queries.delete(work.session, one, before, size)
                if count:
                    details = {'setting': one.value, 'rows': count}
                    work.record(None, AuditAction.RETENTION_APPLIED, details=details)
            gone += count
            if count < size:
                break
        if gone:
            log.info('retention_applied', table=one.value, rows=gone)
        return gone


def parsed_retention(values: Mapping[str, str]) -> dict[str, str]:
    """Return days by table as they are stored. Raises ``FieldsRefusedError``."""
    kept: dict[str, str] = {}
    faults: dict[str, DeskError] = {}
    for name, typed in values.items():
        try:
            kept[name] = str(number(typed, least=LEAST_DAYS, most=MOST_DAYS)) if typed.strip() else ''  # fmt: skip
        except InvalidInputError as error:
            faults[name] = error
    if faults:
        raise FieldsRefusedError(faults)
    return kept


def _days(values: Mapping[str, str]) -> dict[Kept, int]:
    return {one: int(values[one]) for one in Kept if values.get(one)}


def _before(days: int) -> datetime:
    return clock.now() - timedelta(days=days)
