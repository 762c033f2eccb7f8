"""보관 기간: counted first, deleted by housekeeping, and never the audit log."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from desk import clock
from desk.db import Database
from desk.errors import FieldsRefusedError, NotAllowedError, NotFoundError
from models import EVERYWHERE, AuditAction, SettingKind
from services.audit.filter import AuditFilter
from services.registry import Services
from services.settings.connections import AWAY, Connection, Connections, configured_tests
from services.settings.retention import Kept, parsed_retention
from tests.support.make import Make

OLD = timedelta(days=40)


async def rows(db: Database, table: str) -> int:
    async with db.reading() as session:
        return (await session.exec(text(f'SELECT count(*) FROM {table}'))).scalar_one()  # type: ignore[call-overload, no-any-return]  # plain SQL


async def test_dry_run_counts_what_the_sweep_deletes(
    services: Services, make: Make, db: Database
) -> None:
    admin, queue = await make.admin(), await make.queue()
    await make.agent()
    old = await services.queue_notices.send(admin, queue.id, '지난 공지')
    await make.changed(old, created_at=clock.now() - OLD)
    await services.queue_notices.send(admin, queue.id, '오늘 공지')
    audited = await rows(db, 'audit_log')

    assert await services.retention.sweep() == {}  # nothing is set: nothing goes
    assert await services.retention.dry_run(admin, {'notices': '30', 'alerts': '30'}) == {
        Kept.NOTICES: 1,
        Kept.ALERTS: 0,
    }
    assert await services.retention.dry_run(admin, {'notices': '50'}) == {Kept.NOTICES: 0}
    await services.desk_settings.edit(
        admin, SettingKind.RETENTION, EVERYWHERE, {'notices': '30'}, version=0
    )
    assert await services.retention.sweep() == {Kept.NOTICES: 1}
    assert await services.retention.sweep() == {Kept.NOTICES: 0}

    assert await rows(db, 'queue_notices') == 1
    assert await rows(db, 'audit_log') == audited + 2  # the setting, and what it deleted
    [newest, *_] = (await services.audit_log.newest(admin, AuditFilter())).entries
    assert (newest.action, newest.details['rows']) == (AuditAction.RETENTION_APPLIED, 1)


async def test_days_are_a_number_above_a_month(services: Services, make: Make) -> None:
    for wrong in ('29', '-1', '곧', '99999'):
        with pytest.raises(FieldsRefusedError):
            parsed_retention({'alerts': wrong})
    with pytest.raises(NotAllowedError):
        await services.retention.dry_run(await make.supervisor(), {'alerts': '30'})


async def test_connection_that_does_not_answer_is_told_apart(
    services: Services, make: Make, db: Database
) -> None:
    admin = await make.admin()

    async def silent() -> None:
        raise ConnectionRefusedError

    connections = Connections(configured_tests(db, silent, None, None))

    assert connections.configured(admin) == [Connection.POSTGRESQL, Connection.VALKEY]
    assert (await connections.test(admin, Connection.POSTGRESQL)).fault == ''
    assert (await connections.test(admin, Connection.VALKEY)).fault == AWAY
    assert (await services.connections.test(admin, Connection.VALKEY)).fault == ''
    with pytest.raises(NotFoundError):
        await connections.test(admin, Connection.CONNECT)
    with pytest.raises(NotAllowedError):
        await connections.test(await make.supervisor(), Connection.VALKEY)
