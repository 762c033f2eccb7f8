"""Files on customers: added once, read by colleagues, moved by a merge, told in 열람, and gone with the customer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from desk.errors import ConflictError, DeskError, InvalidInputError, NotAllowedError, NotFoundError
from desk.settings import Settings
from models import AuditAction, Customer
from services.audit.filter import AuditFilter
from services.aws.object_store import S3
from services.customers import attachments
from services.customers.erasure import ErasureReason
from services.disclosure.as_json import json_parts
from services.disclosure.files import FileFormat, FileReason
from services.files.intake import FileSetup
from services.registry import Services
from tests.conftest import assembled
from tests.support import pictures
from tests.support.make import Make
from tests.support.objects import kept


@pytest.fixture
async def services(settings: Settings, bucket: S3) -> AsyncIterator[Services]:
    """A desk with a bucket."""
    attachments.ADDED.reset()
    async with assembled(settings, files=FileSetup(store=bucket)) as services:
        yield services


async def parts(content: bytes) -> AsyncIterator[bytes]:
    yield content


TEXT = '계약 내용'.encode()


async def test_file_is_added_once_read_by_colleagues_and_removed_by_its_owner(
    services: Services, make: Make, bucket_folder: Path
) -> None:
    files, customer = services.customer_attachments, await make.customer()
    agent, colleague, supervisor = await make.agent(), await make.agent(), await make.supervisor()
    id_, other = uuid4(), uuid4()

    made = await asyncio.gather(
        *(files.add(agent, customer.id, id_, '집.jpg', parts(pictures.photo())) for _ in range(3))
    )
    again = await files.add(agent, customer.id, id_, '다른 이름', parts(b'MZ'))
    await files.add(agent, customer.id, other, '계약.txt', parts(TEXT))

    assert {one.id for one in (*made, again)} == {id_}
    assert [
        (one.name, one.by, one.may_remove) for one in await files.all(colleague, customer.id)
    ] == [
        ('계약.txt', agent.name, False),
        ('집.jpg', agent.name, False),
    ]
    read = await files.read(colleague, customer.id, id_)
    assert pictures.CAMERA.encode() not in read.content
    assert (await files.preview(colleague, customer.id, id_)).media_type == 'image/webp'
    with pytest.raises(NotAllowedError):
        await files.remove(colleague, customer.id, id_)
    stranger = await make.customer(phone='01000000000')
    for call in (files.read, files.preview, files.remove):
        with pytest.raises(NotFoundError):
            await call(agent, stranger.id, id_)
    with pytest.raises(ConflictError):
        await files.add(colleague, customer.id, id_, 'x.txt', parts(TEXT))
    with pytest.raises(InvalidInputError):
        await files.add(agent, customer.id, uuid4(), 'x.png', parts(pictures.bomb()))

    await files.remove(agent, customer.id, other)
    await files.remove(supervisor, customer.id, id_)
    await services.files.sweep()
    assert await files.all(agent, customer.id) == []
    admin = await make.admin()
    logged = (await services.audit_log.newest(admin, AuditFilter(subject_id=customer.id))).entries
    assert [one.action for one in logged] == [
        AuditAction.CUSTOMER_FILE_REMOVED, AuditAction.CUSTOMER_FILE_REMOVED, AuditAction.CUSTOMER_FILE_READ,
        AuditAction.CUSTOMER_FILE_ADDED, AuditAction.CUSTOMER_FILE_ADDED,
    ]  # fmt: skip
    assert kept(bucket_folder) == 4  # of the two repeats at once, which their time takes


async def test_merge_moves_files_and_undo_moves_them_back(services: Services, make: Make) -> None:
    files, agent = services.customer_attachments, await make.agent()
    kept_one, merged = await make.customer(), await make.customer(phone='01000000000')
    await files.add(agent, merged.id, uuid4(), '옛.txt', parts(TEXT))

    async def names(customer: Customer) -> list[str]:
        return [one.name for one in await files.all(agent, customer.id)]

    preview = await services.customer_merging.preview(agent, kept_one.id, merged.id)
    done = await services.customer_merging.merge(
        agent, kept_one.id, merged.id, versions=preview.versions
    )
    await files.add(agent, kept_one.id, uuid4(), '새.txt', parts(TEXT))
    assert await names(kept_one) == ['새.txt', '옛.txt']
    with pytest.raises(DeskError):  # the merged record takes no more
        await files.add(agent, merged.id, uuid4(), 'x.txt', parts(TEXT))

    await services.customer_merging.undo(agent, done.merge.id)
    assert (await names(kept_one), await names(merged)) == (['새.txt'], ['옛.txt'])


async def test_files_are_told_in_the_disclosure_and_erased_with_the_customer(
    services: Services, make: Make, bucket_folder: Path
) -> None:
    files, supervisor = services.customer_attachments, await make.supervisor()
    customer = await make.customer()
    id_ = uuid4()
    await files.add(supervisor, customer.id, id_, '여권.png', parts(pictures.PNG))

    told = b''
    running = services.customer_files.running(supervisor, customer.id, FileFormat.JSON, FileReason.CUSTOMER)  # fmt: skip
    async with running as file:
        async for part in json_parts(file, ''):
            told += part
    assert '"file": "여권.png"' in told.decode()

    await services.customer_erasure.erase(supervisor, customer.id, ErasureReason.REQUEST)
    with pytest.raises(NotFoundError):
        await files.read(supervisor, customer.id, id_)
    await services.files.sweep()
    assert kept(bucket_folder) == 0
