"""Files in chats, both ways: exactly once, only for who may read the chat, and gone when they should be."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from desk import clock
from desk.errors import (
    ConflictError,
    DeskError,
    InvalidInputError,
    NotFoundError,
    TooLongError,
    UpstreamError,
)
from desk.settings import Settings
from models import Agent, ChatSession, MessageType
from services.aws.object_store import S3
from services.chats.chats import NewerMessagesError
from services.chats.events import ChatMessage
from services.customers.erasure import ERASED, ErasureReason
from services.files import files
from services.files.files import FileUpload
from services.files.intake import MAX_FILE_BYTES, FileSetup
from services.registry import Services
from tests.conftest import assembled
from tests.support import objects, pictures
from tests.support.make import Make
from tests.support.pictures import PNG

OF_A_PICTURE = 2
"""Objects: the picture itself and its preview."""


@pytest.fixture
async def services(settings: Settings, bucket: S3) -> AsyncIterator[Services]:
    """A desk with a bucket."""
    files.UPLOADS.reset()
    async with assembled(settings, files=FileSetup(store=bucket)) as services:
        yield services


@pytest.fixture
async def agent(make: Make) -> Agent:
    return await make.agent()


@pytest.fixture
async def chat(make: Make, agent: Agent) -> ChatSession:
    customer = await make.customer()
    return await make.chat(agent=agent, customer_id=customer.id)


def upload(chat: ChatSession, *, id_: UUID | None = None, name: str = '영수증.png') -> FileUpload:
    return FileUpload(id=id_ or uuid4(), chat_id=chat.id, name=name)


async def parts(content: bytes) -> AsyncIterator[bytes]:
    yield content[:5]
    yield content[5:]


async def sent(services: Services, agent: Agent, chat: ChatSession) -> ChatMessage:
    return await services.files.send(agent, upload(chat), parts(PNG))


async def test_files_go_both_ways_and_are_read_by_both(
    services: Services, agent: Agent, chat: ChatSession
) -> None:
    await services.drafts.save(agent, chat.id, '쓰다 만 답')
    theirs = await services.files.send_as_customer(upload(chat, name='사진.exe'), parts(PNG))
    ours = await sent(services, agent, chat)

    shown = await services.chats.transcript(agent, chat.id)
    card = await services.chats.chat(agent, chat.id)
    read = await services.files.read(agent, chat.id, theirs.id)
    assert [(one.number, one.type, one.content) for one in shown] == [
        (1, MessageType.FILE, '사진.exe.png'),
        (2, MessageType.FILE, '영수증.png'),
    ]
    assert (read.name, read.media_type, read.content) == ('사진.exe.png', 'image/png', PNG)
    assert (await services.files.read_as_customer(chat.id, ours.id)).content == PNG
    assert card.last_line == '📎 영수증.png'
    assert await services.drafts.draft(agent, chat.id) == '쓰다 만 답'


async def test_photograph_goes_on_without_its_place_and_is_previewed(
    services: Services, make: Make, agent: Agent, chat: ChatSession
) -> None:
    photo = await services.files.send_as_customer(
        upload(chat, name='집.jpg'), parts(pictures.photo())
    )
    text = await services.files.send(agent, upload(chat, name='안내.txt'), parts('네'.encode()))

    stored = await services.files.read(agent, chat.id, photo.id)
    preview = await services.files.preview_as_customer(chat.id, photo.id)
    assert pictures.CAMERA.encode() not in stored.content
    assert (preview.media_type, preview.content[8:12]) == ('image/webp', b'WEBP')
    stranger = await make.agent(department='결제')
    for who, file in ((stranger, photo), (agent, text)):  # a text has none
        with pytest.raises(NotFoundError):
            await services.files.preview(who, chat.id, file.id)


async def test_same_id_again_is_the_same_message_however_often_at_once(
    services: Services, agent: Agent, chat: ChatSession, bucket_folder: Path
) -> None:
    one = upload(chat)

    made = await asyncio.gather(*(services.files.send(agent, one, parts(PNG)) for _ in range(4)))
    again = await services.files.send(agent, one, parts(b'MZ'))  # not even read

    assert {(message.id, message.number) for message in (*made, again)} == {(one.id, 1)}
    with clock.moved(timedelta(hours=2)):
        await services.files.sweep()
    assert objects.kept(bucket_folder) == OF_A_PICTURE
    assert (await services.files.read(agent, chat.id, one.id)).content == PNG


async def test_only_who_may_read_the_chat_reads_its_files(
    services: Services, make: Make, agent: Agent, chat: ChatSession
) -> None:
    message = await sent(services, agent, chat)
    stranger = await make.agent(department='결제')
    other = await make.chat(agent=agent)

    for who, place in ((stranger, chat.id), (agent, other.id), (agent, uuid4())):
        with pytest.raises(NotFoundError):
            await services.files.read(who, place, message.id)
    with pytest.raises(NotFoundError):
        await services.files.read_as_customer(other.id, message.id)
    with pytest.raises(NotFoundError):
        await services.files.send(stranger, upload(chat), parts(PNG))


@pytest.mark.parametrize(
    ('content', 'error'),
    [
        (b'', InvalidInputError),
        (b'MZ\x90', InvalidInputError),
        (pictures.bomb(), InvalidInputError),
        (bytes(MAX_FILE_BYTES + 1), TooLongError),
    ],
)
async def test_what_is_refused_leaves_nothing(
    services: Services,
    agent: Agent,
    chat: ChatSession,
    bucket_folder: Path,
    content: bytes,
    error: type[DeskError],
) -> None:
    with pytest.raises(error):
        await services.files.send(agent, upload(chat), parts(content))

    assert objects.kept(bucket_folder) == 0
    assert await services.chats.transcript(agent, chat.id) == []


async def test_refused_message_takes_its_object_with_it(
    services: Services, make: Make, agent: Agent, chat: ChatSession, bucket_folder: Path
) -> None:
    supervisor = await make.supervisor()
    await services.chats.reply(supervisor, make.outgoing(chat, '제가 볼게요', seen=0))

    with pytest.raises(NewerMessagesError):  # a colleague wrote meanwhile
        await services.files.send(agent, upload(chat), parts(PNG))
    assert objects.kept(bucket_folder) == OF_A_PICTURE
    await services.files.sweep()  # not before its time: the message may be on its way
    assert objects.kept(bucket_folder) == OF_A_PICTURE
    with clock.moved(timedelta(hours=2)):
        await services.files.sweep()
    assert objects.kept(bucket_folder) == 0
    await services.chats.end(agent, chat.id)
    with pytest.raises(ConflictError):
        await services.files.send(agent, upload(chat), parts(PNG))


async def test_erased_customers_files_are_gone(
    services: Services, make: Make, agent: Agent, chat: ChatSession, bucket_folder: Path
) -> None:
    message = await services.files.send_as_customer(upload(chat, name='여권.png'), parts(PNG))
    await services.chats.end(agent, chat.id)
    assert chat.customer_id

    supervisor = await make.supervisor()
    await services.customer_erasure.erase(supervisor, chat.customer_id, ErasureReason.REQUEST)

    with pytest.raises(NotFoundError):
        await services.files.read(supervisor, chat.id, message.id)
    first = (await services.chats.transcript(supervisor, chat.id))[0]
    assert (first.type, first.content) == (MessageType.TEXT, ERASED)
    await services.files.sweep()
    assert objects.kept(bucket_folder) == 0


async def test_bucket_that_is_away_is_said_and_swept_later(
    settings: Settings, make: Make, agent: Agent, chat: ChatSession
) -> None:
    bucket = objects.bucket_at('http://127.0.0.1:9/_s3')
    async with assembled(settings, files=FileSetup(store=bucket)) as services:
        with pytest.raises(UpstreamError) as away:
            await services.files.send(agent, upload(chat), parts(PNG))
        with clock.moved(timedelta(hours=2)), pytest.raises(UpstreamError):
            await services.files.sweep()
    await bucket.close()

    assert away.value.key == 'file.away'


async def test_file_in_which_something_is_found_never_arrives(
    settings: Settings, bucket: S3, agent: Agent, chat: ChatSession, bucket_folder: Path
) -> None:
    class Finds:
        async def check(self, content: bytes) -> None:
            assert content == PNG
            raise InvalidInputError('file.infected')

    async with assembled(settings, files=FileSetup(store=bucket, scan=Finds())) as services:
        with pytest.raises(InvalidInputError):
            await services.files.send_as_customer(upload(chat), parts(PNG))

        assert await services.chats.transcript(agent, chat.id) == []
    assert objects.kept(bucket_folder) == 0


async def test_desk_without_a_bucket_takes_no_files(
    settings: Settings, agent: Agent, chat: ChatSession
) -> None:
    async with assembled(settings) as services:
        assert not services.files.are_on
        with pytest.raises(ConflictError):
            await services.files.send(agent, upload(chat), parts(PNG))
