"""알림 in the connections' settings: whether alerts go out, what is wrong now, and a test that arrives."""

from collections.abc import Iterator

import pytest

from desk.settings import Settings
from models import Agent, AlertKind, AuditAction, OperatorAlert
from services.alerting import deliveries
from services.audit.filter import AuditFilter
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.support.make import Make
from tests.support.ports import free_port
from tests.support.readers import ARN, Reader, subscribed

pytestmark = pytest.mark.slow

PATH = '/desk/settings/connections'
SOON = 100
"""In tenths of a second: the machine may be busy with other tests."""


@pytest.fixture(scope='module')
def reader() -> Iterator[Reader]:
    with subscribed(free_port()) as reader:
        yield reader


@pytest.fixture
def topic() -> str:
    """The topic that the settings name."""
    return ARN


@pytest.fixture
def settings(settings: Settings, reader: Reader, topic: str) -> Settings:
    """Settings of a desk with a topic."""
    deliveries.TRIALS.reset()
    there = {'alerts_topic': topic, 'aws_endpoint_url_sns': reader.place.endpoints['']}
    return settings.model_copy(update=there)


@pytest.fixture
async def boss(make: Make) -> Agent:
    return await make.admin(username='boss', department='관리')


async def test_administrator_sees_whether_alerts_go_out_and_tries_it(
    sign_in: SignIn, boss: Agent, reader: Reader, make: Make, services: Services
) -> None:
    await make.kept(
        OperatorAlert(kind=AlertKind.CONNECT.value, subject='sqs', told_level=1, details={})
    )
    page = await sign_in(boss)
    await page.open(PATH)
    await page.should_see('Amazon Connect가 답하지 않음 (sqs)', retries=SOON)
    await page.should_see('아직 보낸 알림이 없습니다', retries=SOON)

    page.find('시험 알림').click()

    await page.should_see('시험 알림을 보냈습니다', retries=SOON)
    await page.should_see('마지막으로 보낸 때', retries=SOON)
    assert [one.body['phase'] for one in reader.read()] == ['test']
    wanted = AuditFilter(action=AuditAction.ALERT_TRIED)
    [entry] = (await services.audit_log.newest(boss, wanted)).entries
    assert entry.agent_id == boss.id


@pytest.mark.parametrize('topic', [f'{ARN}-of-nobody'])
async def test_refused_test_says_what_to_mend_and_is_sent_again(
    sign_in: SignIn, boss: Agent, topic: str
) -> None:
    page = await sign_in(boss)
    await page.open(PATH)
    await page.should_see('시험 알림', retries=SOON)

    page.find('시험 알림').click()

    await page.should_see('시험 알림을 보내지 못했습니다. 그런 주제가 없습니다', retries=SOON)
    await page.should_see('다시 보내는 중', retries=SOON)
