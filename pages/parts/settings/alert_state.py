"""알림: whether alerts leave the desk, what is wrong now, and a test of the way."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from models import AlertDelivery, AlertKind, OperatorAlert
from pages.locale import _
from pages.parts.kit import times
from pages.parts.kit.buttons import button
from pages.parts.kit.markup import Piece, filled
from pages.parts.settings.section import about, heading, mark
from services.alerting.deliveries import AlertState
from services.alerting.sighting import DENIED


def draw_alerts(
    state: AlertState, why_not: Callable[[str], str], test: Callable[[], Awaitable[None]]
) -> None:
    """Draw the state of alerts; ``why_not`` is the sentence for an error's key, ``test`` sends a test message."""
    heading(_('데스크 밖으로 보내는 알림'))
    about(
        _(
            '고장이나 기준 초과가 생기면, 그리고 끝나면 한 번씩 Amazon SNS 주제로 보냅니다. 알림에는 고객이나 상담사의 정보가 없습니다.'
        )
    )
    with ui.element('ul').classes('desk-settings-invitations'):
        with ui.element('li'):
            _line(*_going_out(state))
            if state.has_topic:
                button(_('시험 알림'), test)
        if state.last_failed_at and state.waiting:
            said = _('{time}에 보내지 못했습니다.', time=times.moment(state.last_failed_at))
            with ui.element('li'):
                _line(_('다시 보내는 중'), 'warning', f'{said} {why_not(state.last_fault)}')
        for one in state.open:
            with ui.element('li'):
                _line(_('진행 중'), 'warning', _open_alert(one))


def outcome_of(sent: AlertDelivery, why_not: Callable[[str], str]) -> str:
    """Return what became of a test message."""
    if sent.sent_at is not None:
        return _('시험 알림을 보냈습니다. 받는 쪽에 왔는지 보세요.')
    return _(
        '시험 알림을 보내지 못했습니다. {why} 데스크가 다시 보냅니다.', why=why_not(sent.fault)
    )


def _line(word: str, state: str, sentence: str) -> None:
    marked = filled('{state} {said}', state=mark(word, state), said=sentence)
    Piece('span', inside=marked).classes('desk-connection-said').props('role=status')


def _going_out(state: AlertState) -> tuple[str, str, str]:
    """Return the word, its colour and the sentence that say whether alerts go out."""
    if not state.has_topic:
        unset = _(
            '{where}을(를) 정하고 데스크를 다시 시작하면 알림이 나갑니다.', where='ALERTS_TOPIC'
        )
        return _('설정 안 됨'), 'off', unset
    last = (
        _('마지막으로 보낸 때: {time}', time=times.moment(state.last_sent_at))
        if state.last_sent_at
        else _('아직 보낸 알림이 없습니다.')
    )
    if state.waiting:
        return (
            _('기다림'),
            'warning',
            _('보낼 알림 {count}건. {last}', count=state.waiting, last=last),
        )
    return _('이상 없음'), 'on', last


def _open_alert(alert: OperatorAlert) -> str:
    since = times.moment(alert.created_at)
    return _(
        '{what} ({subject}), {time}부터',
        what=_what(alert),
        subject=str(alert.details.get('queue') or alert.details.get('service') or alert.subject),
        time=since,
    )


def _what(alert: OperatorAlert) -> str:
    if (alert.kind, alert.details.get('fault')) == (AlertKind.CONNECT, DENIED):
        return _('Amazon Connect가 접근을 거부함')
    return _kinds().get(alert.kind, alert.kind)


def _kinds() -> dict[str, str]:
    return {
        AlertKind.RELAY: _('화면으로 전달되지 않음'),
        AlertKind.DELIVERIES: _('밖으로 보내지 못함'),
        AlertKind.CONNECT: _('Amazon Connect가 답하지 않음'),
        AlertKind.VALKEY: _('Valkey가 답하지 않거나 느림'),
        AlertKind.DATABASE: _('데이터베이스가 답하지 않거나 느림'),
        AlertKind.CERTIFICATE: _('인증서가 끝남'),
        AlertKind.THRESHOLD: _('기준을 넘음'),
    }
