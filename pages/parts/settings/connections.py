"""연결: tests of what the desk is connected to, each with what to mend."""

from functools import partial

from nicegui import ui
from typing_extensions import override

from desk.errors import DeskError
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import button
from pages.parts.kit.markup import Piece, filled
from pages.parts.settings.alert_state import draw_alerts, outcome_of
from pages.parts.settings.section import Section, about, heading, mark
from services.alerting.deliveries import AlertState
from services.settings.connections import (
    AWAY,
    BUSY,
    DENIED,
    FAULTS,
    REFUSED,
    Answer,
    Connection,
)

WHERE = {
    Connection.POSTGRESQL: 'DATABASE_URL',
    Connection.VALKEY: 'REDIS_URL',
    Connection.CONNECT: 'AWS_REGION, CONNECT_INSTANCE_ID',
    Connection.COMPREHEND: 'AWS_REGION, SENTIMENT',
    Connection.S3: 'AWS_REGION, FILES_BUCKET',
    Connection.SNS: 'AWS_REGION, ALERTS_TOPIC',
    Connection.OIDC: 'OIDC_ISSUER',
    Connection.CLAMD: 'CLAMD_URL',
}
"""The settings of the process that name each."""


class ConnectionSection(Section):
    """The connections that the settings of the process ask for."""

    adds = False

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('연결 상태'))
        self._connected: frozenset[Connection] = frozenset()
        self._alerts: AlertState | None = None

    @override
    async def read(self) -> None:
        self._connected = frozenset(self.services.connections.configured(self.agent))
        self._alerts = await self.still(self.services.alert_deliveries.state(self.agent))

    @override
    def draw_list(self) -> None:
        heading(_('연결 상태'))
        about(
            _(
                '데스크가 쓰는 서비스에 지금 닿는지 확인합니다. 확인해도 아무것도 바뀌지 않습니다. 주소와 열쇠는 데스크를 실행하는 쪽에서 정합니다.'
            )
        )
        with ui.element('ul').classes('desk-settings-invitations'):
            for one in Connection:
                self._draw(one)
        if self._alerts is not None:
            draw_alerts(self._alerts, _why_not, self._try_alerts)

    async def _try_alerts(self) -> None:
        try:
            sent = await self.still(self.services.alert_deliveries.try_out(self.agent))
        except DeskError as error:
            notices.tell(error)
            return
        tell = notices.done if sent.sent_at is not None else notices.stay
        tell(outcome_of(sent, _why_not))
        await self.still(self.read_again())

    def _draw(self, connection: Connection) -> None:
        name, use = _words()[connection]
        with ui.element('li'):
            Piece('span', inside=filled('<b>{name}</b><br>{use}', name=name, use=use)).classes(
                'desk-settings-who'
            )
            said = Piece('span').classes('desk-connection-said').props('role=status')
            if connection not in self._connected:
                unset = _(
                    '쓰려면 {where}을(를) 정하고 데스크를 다시 시작하세요.', where=WHERE[connection]
                )
                state = mark(_('설정 안 됨'), 'off')
                said.set_inside(filled('{state} {said}', state=state, said=unset))
                return
            test = button(_('확인'), partial(self._test, connection, said))
            test.props['aria-label'] = _('{name} 연결 확인', name=name)

    async def _test(self, connection: Connection, said: Piece) -> None:
        try:
            answer = await self.still(self.services.connections.test(self.agent, connection))
        except DeskError as error:
            notices.tell(error)
            return
        state = mark(_('이상 없음'), 'on') if not answer.fault else mark(_('닿지 않음'), 'warning')
        said.set_inside(filled('{state} {said}', state=state, said=_said(connection, answer)))


def _words() -> dict[Connection, tuple[str, str]]:
    return {
        Connection.POSTGRESQL: ('PostgreSQL', _('모든 기록이 있는 데이터베이스')),
        Connection.VALKEY: ('Valkey', _('화면을 서로 맞추는 흐름')),
        Connection.CONNECT: ('Amazon Connect', _('전화 상담')),
        Connection.COMPREHEND: ('Amazon Comprehend', _('고객 말의 감정. 확인할 때마다 아주 적은 요금이 듭니다.')),
        Connection.S3: ('Amazon S3', _('주고받은 파일을 두는 곳')),
        Connection.SNS: ('Amazon SNS', _('데스크 밖으로 보내는 알림')),
        Connection.OIDC: ('OpenID Connect', _('조직 계정으로 로그인')),
        Connection.CLAMD: ('ClamAV', _('받은 파일의 바이러스 검사')),
    }  # fmt: skip


def _why_not(key: str) -> str:
    """Return what to mend where an alert could not be sent, by the error's key."""
    return _said(Connection.SNS, Answer(milliseconds=0, fault=FAULTS.get(key, AWAY)))


def _said(connection: Connection, answer: Answer) -> str:
    """Return the outcome in a sentence: what to mend, when something is wrong."""
    if not answer.fault:
        return _('{count}밀리초 만에 답했습니다.', count=answer.milliseconds)
    where = WHERE[connection]
    if answer.fault == REFUSED and (mend := _mend(connection)):
        return mend
    return {
        AWAY: _('답이 없습니다. 서버가 켜져 있는지, 네트워크가 막혀 있지 않은지, {where}이(가) 맞는지 보세요.', where=where),
        DENIED: _('권한이 없습니다. 데스크의 AWS 역할에 deploy/iam-policy.json의 권한을 주세요.'),
        REFUSED: _('서비스는 답하지만 설정한 것을 찾지 못합니다. {where}을(를) 보세요.', where=where),
        BUSY: _('요청이 너무 많다고 합니다. 잠시 뒤에 다시 확인하고, 이어지면 AWS 한도를 올리세요.'),
    }[answer.fault]  # fmt: skip


def _mend(connection: Connection) -> str:
    """Return what to mend where a service answers and cannot be used; empty where the general sentence says it."""
    return {
        Connection.S3: _('그런 버킷이 없습니다. FILES_BUCKET의 이름과 AWS_REGION을 보거나 버킷을 만드세요.'),
        Connection.SNS: _('그런 주제가 없습니다. ALERTS_TOPIC에 주제의 ARN을 그대로 적었는지 보세요.'),
        Connection.OIDC: _(
            '공급자는 답하지만 설명서나 열쇠를 쓸 수 없습니다. OIDC_ISSUER가 공급자의 설명서에 적힌 issuer와 글자까지 같은지 보세요.'
        ),
        Connection.CLAMD: _(
            '답은 오지만 clamd가 아니거나 검사하지 못합니다. CLAMD_URL이 tcp://이름:3310 꼴인지, clamd가 바이러스 정보를 다 읽었는지 보세요.'
        ),
    }.get(connection, '')  # fmt: skip
