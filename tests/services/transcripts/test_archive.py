"""Transcripts of ended chats in the bucket: each once, whatever is killed in between, and gone when they should be."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import UpstreamError
from desk.settings import Settings
from models import EVERYWHERE, Agent, ChatArchive, ChatSession, SettingKind
from services.aws.object_store import S3
from services.customers.erasure import ErasureReason
from services.files.intake import FileSetup
from services.registry import Services
from services.settings.retention import Kept
from services.transcripts.archive import CLAIMED_FOR
from tests.conftest import assembled
from tests.support import objects
from tests.support.make import Make


@pytest.fixture
async def services(settings: Settings, bucket: S3) -> AsyncIterator[Services]:
    """A desk with a bucket."""
    async with assembled(settings, files=FileSetup(store=bucket)) as services:
        yield services


@dataclass(frozen=True)
class Scene:
    """A chat of two lines that an agent has, at a desk with a bucket."""

    settings: Settings
    services: Services
    bucket: S3
    folder: Path
    agent: Agent
    chat: ChatSession

    async def end(self) -> None:
        await self.services.chats.end(self.agent, self.chat.id)

    async def killed(self, *, after: bool) -> None:
        """Store what is due in a process that is killed once the object is stored, or before."""
        store = Killed(self.bucket, after=after)
        async with assembled(self.settings, files=FileSetup(store=store)) as killed:
            with pytest.raises(UpstreamError):
                await killed.transcript_archive.store_due()

    @property
    def kept(self) -> int:
        """The number of objects in the bucket."""
        return objects.kept(self.folder)


@pytest.fixture
async def scene(
    settings: Settings, services: Services, bucket: S3, bucket_folder: Path, make: Make
) -> Scene:
    agent, customer = await make.agent(), await make.customer()
    chat = await make.chat(agent=agent, customer_id=customer.id, lines=2)
    return Scene(settings, services, bucket, bucket_folder, agent, chat)


async def row(db: Database, chat: ChatSession) -> ChatArchive | None:
    async with db.reading() as session:
        statement = select(ChatArchive).where(col(ChatArchive.chat_session_id) == chat.id)
        return (await session.exec(statement)).first()


class Killed:
    """A bucket whose process dies."""

    def __init__(self, bucket: S3, *, after: bool) -> None:
        self._bucket, self._is_after = bucket, after

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        if self._is_after:
            await self._bucket.put(key, content, media_type)
        raise UpstreamError('file.away')

    async def get(self, key: str) -> bytes:
        return await self._bucket.get(key)

    async def delete(self, keys: Sequence[str]) -> None:
        await self._bucket.delete(keys)

    async def close(self) -> None:
        """The bucket is its owner's."""


async def test_ended_chat_is_stored_without_notes_or_numbers(
    scene: Scene, make: Make, db: Database
) -> None:
    services, agent, chat = scene.services, scene.agent, scene.chat
    await services.chats.reply(agent, make.outgoing(chat, '카드 4111-1111-1111-1111 맞으시죠?'))
    await services.chat_notes.add(agent, make.note(chat, '까다로운 고객'))
    assert await services.transcript_archive.store_due() == 0  # it goes on
    await scene.end()

    assert await services.transcript_archive.store_due() == 1
    assert await services.transcript_archive.store_due() == 0

    found = await row(db, chat)
    assert found is not None
    assert found.stored_at is not None
    content = await scene.bucket.get(found.object_key)
    told = json.loads(content)
    assert [(one['sender'], one['type'], one['name']) for one in told['lines']] == [
        ('customer', 'text', ''),
        ('customer', 'text', ''),
        ('agent', 'text', agent.name),
        ('system', 'ended_by_agent', agent.name),
    ]
    assert told['chat']['id'] == str(chat.id)
    assert found.object_key.startswith('transcripts/')
    for secret in ('까다로운', '4111-1111-1111-1111', chat.visitor_phone):
        assert secret not in content.decode()


@pytest.mark.parametrize('after', [True, False])
async def test_process_killed_while_storing_loses_and_doubles_nothing(
    scene: Scene, db: Database, *, after: bool
) -> None:
    services, chat = scene.services, scene.chat
    await scene.end()
    await scene.killed(after=after)
    before = await row(db, chat)
    assert before is not None

    assert await services.transcript_archive.store_due() == 0  # it may still be under way
    with clock.moved(2 * CLAIMED_FOR):
        await services.files.sweep()
        assert await services.transcript_archive.store_due() == 1

    found = await row(db, chat)
    assert found is not None
    assert (before.stored_at, found.object_key) == (None, before.object_key)
    assert scene.kept == 1
    assert json.loads(await scene.bucket.get(found.object_key))['chat']['id'] == str(chat.id)


async def test_erased_customers_transcript_is_gone_also_when_it_was_being_stored(
    scene: Scene, make: Make, db: Database
) -> None:
    services, chat, supervisor = scene.services, scene.chat, await make.supervisor()
    assert chat.customer_id
    await scene.end()
    await scene.killed(after=True)

    await services.customer_erasure.erase(supervisor, chat.customer_id, ErasureReason.REQUEST)

    assert await row(db, chat) is None
    await services.files.sweep()
    assert scene.kept == 1  # not before its store must be over
    with clock.moved(2 * CLAIMED_FOR):
        await services.files.sweep()
        assert await services.transcript_archive.store_due() == 0
    assert scene.kept == 0


async def test_transcript_goes_with_the_texts_when_their_time_is_over(
    scene: Scene, make: Make, db: Database
) -> None:
    services = scene.services
    await scene.end()
    await services.transcript_archive.store_due()
    assert scene.kept == 1
    days = {Kept.MESSAGES.value: '30'}
    admin = await make.admin()
    await services.desk_settings.edit(admin, SettingKind.RETENTION, EVERYWHERE, days, version=0)

    with clock.moved(timedelta(days=40)):
        await services.retention.sweep()
        await services.files.sweep()

    assert await row(db, scene.chat) is None
    assert scene.kept == 0


async def test_desk_without_a_bucket_keeps_what_is_to_be_stored(
    settings: Settings, make: Make, db: Database
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    async with assembled(settings) as services:
        await services.chats.end(agent, chat.id)
        assert await services.transcript_archive.store_due() == 0

    assert await row(db, chat) is not None
