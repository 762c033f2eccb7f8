"""What somebody does is on their own screen at once, whatever the stream is doing."""

from uuid import uuid4

import pytest
from nicegui.testing import User

from desk.settings import Settings
from models import Agent
from pages.parts.kit.reply_box import ReplyBox
from tests.support.make import Make
from tests.support.valkey import PrivateValkey

pytestmark = pytest.mark.slow

SOON = 40
"""Tenths of a second: well below the ten seconds that a stream may take to answer."""


@pytest.fixture
def settings(settings: Settings, valkey: PrivateValkey) -> Settings:
    return settings.model_copy(update={'redis_url': valkey.url})


async def test_reply_and_end_stand_there_at_once(
    user: User, make: Make, agent: Agent, valkey: PrivateValkey
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await user.open(f'/desk/chats/{chat.id}')
    await user.should_see('1번째 줄', retries=SOON)

    valkey.stall()
    user.find(ReplyBox).trigger(
        'send', {'id': str(uuid4()), 'text': '바로 보이는 답', 'seen': 1_000}
    )
    await user.should_see('바로 보이는 답', retries=SOON)
    await user.should_see('전송됨')
    user.find('상담 종료').click()
    await user.should_see('종료하기', retries=SOON)
    user.find('종료하기').click()

    await user.should_see('종료된 상담입니다', retries=SOON)
    valkey.go_on()


async def test_taken_chat_can_be_written_in_at_once(
    user: User, make: Make, valkey: PrivateValkey
) -> None:
    chat = await make.chat(lines=1)
    await user.open(f'/desk/chats/{chat.id}')
    await user.should_see('수락하면 메시지를 보낼 수 있습니다', retries=SOON)

    valkey.stall()
    user.find('최유진').trigger('click', 'take')

    await user.should_see('상담 종료', retries=SOON)
    await user.should_not_see('수락하면 메시지를 보낼 수 있습니다')
    valkey.go_on()
