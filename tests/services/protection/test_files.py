"""Files of a case of 보호 are copied: kept as long as the law wants, whatever becomes of the chat and its customer."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from desk import clock
from desk.db import Database
from desk.errors import NotAllowedError, NotFoundError
from desk.settings import Settings
from models import Agent, AuditAction, ChatSession
from services.audit.log import AuditFilter
from services.aws.object_store import S3
from services.customers.erasure import ErasureReason
from services.files import files
from services.files.files import FileUpload
from services.files.intake import FileSetup
from services.registry import Services
from tests.conftest import assembled
from tests.support import objects
from tests.support.make import Make

SHOT = '이런 그림을 보냈습니다'.encode()
LATER = timedelta(minutes=10)


@pytest.fixture
async def desks(settings: Settings, bucket: S3) -> AsyncIterator[tuple[Services, Services]]:
    """Two processes with one bucket."""
    files.UPLOADS.reset()
    async with (
        assembled(settings, files=FileSetup(store=bucket)) as one,
        assembled(settings, files=FileSetup(store=bucket)) as other,
    ):
        yield one, other


@pytest.fixture
async def agent(make: Make) -> Agent:
    """Who is protected."""
    return await make.agent()


@pytest.fixture
async def chat(make: Make, agent: Agent) -> ChatSession:
    """A chat with somebody on record."""
    customer = await make.customer()
    return await make.chat(agent=agent, customer_id=customer.id)


async def content() -> AsyncIterator[bytes]:
    yield SHOT


async def ended(services: Services, agent: Agent, chat: ChatSession) -> str:
    """End a chat for abuse in which the customer sent a file; return the case's id."""
    upload = FileUpload(id=uuid4(), chat_id=chat.id, name='욕설.txt')
    await services.files.send_as_customer(upload, content())
    case = await services.protection.open(agent, chat.id)
    await services.protection.end(agent, case.id)
    return str(case.id)


async def test_file_is_copied_once_and_outlives_the_customer_but_not_its_case(
    desks: tuple[Services, Services], agent: Agent, chat: ChatSession, make: Make, bucket_folder: Path, db: Database
) -> None:  # fmt: skip
    one, other = desks
    supervisor, admin = await make.supervisor(), await make.admin()
    await ended(one, agent, chat)
    [row] = await one.protection_records.page(supervisor)
    case = row.case.id

    settled = [await desk.case_files.copy_due() for desk in (one, other)]
    assert chat.customer_id is not None
    await one.customer_erasure.erase(admin, chat.customer_id, ErasureReason.REQUEST)
    await one.files.sweep()

    assert settled == [1, 0]
    [file] = (await one.protection_records.record(supervisor, case)).files
    assert (file.name, file.digest) == ('욕설.txt', hashlib.sha256(SHOT).hexdigest())
    assert (await other.case_files.read(supervisor, case, file.id)).content == SHOT
    read = AuditFilter(action=AuditAction.PROTECTION_READ, subject_id=chat.id)
    entries = (await one.audit_log.newest(admin, read)).entries
    assert str(file.id) in {entry.details.get('file_id') for entry in entries}
    with pytest.raises(NotAllowedError):
        await one.case_files.read(agent, case, file.id)
    elsewhere = await make.supervisor(departments=['기술지원'])
    with pytest.raises(NotFoundError):
        await one.case_files.read(elsewhere, case, file.id)
    with pytest.raises(DBAPIError):  # the database keeps it until its day
        async with db.transaction() as session:
            await session.exec(sql('DELETE FROM protection_files'))  # type: ignore[call-overload]  # plain SQL

    async with db.transaction() as session:
        await session.exec(sql("UPDATE protection_cases SET kept_until = '2020-01-01'"))  # type: ignore[call-overload]  # plain SQL
    assert await one.case_keeping.forget() == 1
    with clock.moved(LATER):
        await one.files.sweep()
    assert objects.kept(bucket_folder) == 0


async def test_original_waits_for_its_copy_while_the_bucket_is_away(
    desks: tuple[Services, Services], settings: Settings, agent: Agent, chat: ChatSession, make: Make
) -> None:  # fmt: skip
    one, _ = desks
    await ended(one, agent, chat)
    away = FileSetup(store=objects.bucket_at('http://127.0.0.1:9/_s3'))
    async with assembled(settings, files=away) as cut_off:
        assert await cut_off.case_files.copy_due() == 0

    assert chat.customer_id is not None
    await one.customer_erasure.erase(await make.admin(), chat.customer_id, ErasureReason.REQUEST)
    await one.files.sweep()
    with clock.moved(LATER):
        assert await one.case_files.copy_due() == 1

    supervisor = await make.supervisor()
    [row] = await one.protection_records.page(supervisor)
    [file] = (await one.protection_records.record(supervisor, row.case.id)).files
    assert (await one.case_files.read(supervisor, row.case.id, file.id)).content == SHOT
