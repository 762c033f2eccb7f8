"""Files of canned replies: added by who may change the reply, sent as a message like any file, named in the sheet."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from desk.errors import ConflictError, NotAllowedError, NotFoundError
from desk.settings import Settings
from models import MessageType
from services.aws.object_store import S3
from services.canned import files as canned_files
from services.files.files import UPLOADS, FileUpload
from services.files.intake import FileSetup
from services.registry import Services
from tests.conftest import assembled
from tests.support import objects, pictures
from tests.support.make import Make

VALUES = {'title': '반품 안내', 'body': '이렇게 보내 주세요'}


@pytest.fixture
async def services(settings: Settings, bucket: S3) -> AsyncIterator[Services]:
    """A desk with a bucket."""
    UPLOADS.reset()
    async with assembled(settings, files=FileSetup(store=bucket)) as services:
        yield services


async def parts(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_file_goes_with_its_reply_and_stays_in_chats_when_it_is_taken_out(
    services: Services, make: Make, bucket_folder: Path
) -> None:
    canned, agent = services.canned_files, await make.agent()
    reply = await services.canned_replies.add(agent, VALUES)
    id_, sent_id = uuid4(), uuid4()
    chat = await make.chat(agent=agent)
    await canned.add(agent, reply.id, id_, '약도.jpg', parts(pictures.photo()))
    await canned.add(agent, reply.id, id_, '약도.jpg', parts(b'MZ'))  # not read again
    [usable] = await services.canned_replies.usable(agent)
    assert [(one.id, one.name) for one in usable.files] == [(id_, '약도.jpg')]

    upload = FileUpload(id=sent_id, chat_id=chat.id, name='')
    sent = await canned.send(agent, upload, id_)
    assert await canned.send(agent, upload, id_) == sent
    await canned.remove(agent, reply.id, id_)
    await services.files.sweep()

    assert (sent.type, sent.content, sent.number) == (MessageType.FILE, '약도.jpg', 1)
    assert (await services.files.read_as_customer(chat.id, sent_id)).content[:2] == b'\xff\xd8'
    assert objects.kept(bucket_folder) == 2  # the message's own copy and its preview
    with pytest.raises(NotFoundError):
        await canned.send(agent, FileUpload(id=uuid4(), chat_id=chat.id, name=''), id_)


async def test_only_who_may_change_a_reply_changes_its_files(
    services: Services, make: Make
) -> None:
    canned, agent, colleague = services.canned_files, await make.agent(), await make.agent()
    own = await services.canned_replies.add(agent, VALUES)
    shared = await services.canned_replies.add(await make.admin(), VALUES, is_shared=True)
    text = '네'.encode()
    [of_own, of_shared] = [uuid4(), uuid4()]
    await canned.add(agent, own.id, of_own, 'a.txt', parts(text))
    await canned.add(await make.admin(username='a2'), shared.id, of_shared, 'b.txt', parts(text))

    with pytest.raises(NotFoundError):
        await canned.add(colleague, own.id, uuid4(), 'c.txt', parts(text))
    with pytest.raises(NotAllowedError):
        await canned.add(agent, shared.id, uuid4(), 'c.txt', parts(text))
    with pytest.raises(NotAllowedError):
        await canned.remove(agent, shared.id, of_shared)
    for act in (canned.read, canned.preview):
        with pytest.raises(NotFoundError):
            await act(colleague, own.id, of_own)
    chat = await make.chat(agent=colleague)
    with pytest.raises(NotFoundError):
        await canned.send(colleague, FileUpload(id=uuid4(), chat_id=chat.id, name=''), of_own)
    assert (await canned.read(colleague, shared.id, of_shared)).content == text


async def test_reply_takes_five_files_and_the_sheet_names_them(
    services: Services, make: Make
) -> None:
    canned, agent = services.canned_files, await make.agent()
    reply = await services.canned_replies.add(agent, VALUES)
    for number in range(canned_files.MOST_FILES):
        await canned.add(agent, reply.id, uuid4(), f'{number}.txt', parts('네'.encode()))
    with pytest.raises(ConflictError):
        await canned.add(agent, reply.id, uuid4(), '6.txt', parts('네'.encode()))

    sheet = b''
    async for part in await services.canned_sheet.export(agent, is_xlsx=False, language='ko'):
        sheet += part
    assert '파일' in sheet.decode('utf-8-sig').splitlines()[0]
    assert '0.txt' in sheet.decode('utf-8-sig')
