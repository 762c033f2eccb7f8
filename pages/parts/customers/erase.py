"""Deleting a customer on request: the consequences, the reason, and a confirmation."""

from uuid import UUID

from nicegui import ui

from desk.errors import DeskError
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from services.customers.erasure import ErasureReason, ErasureScope
from services.text.reasons import MAX_WHY_CHARS


async def erase(context: PageContext, customer_id: UUID) -> None:
    """Ask for the reason, list the consequences, and delete the customer after a confirmation."""
    try:
        scope = await context.still(
            context.services.customer_erasure.scope(context.agent, customer_id)
        )
    except DeskError as error:
        notices.tell(error)
        return
    with dialog.titled(context.dialogs, _('고객 정보를 삭제할까요?')) as question:
        ui.label(_said(scope))
        ui.label(_('되돌릴 수 없습니다. 상담 건수와 시간 같은 통계만 남습니다.')).classes(
            'desk-hint'
        )
        reason = ui.select(
            {one.value: name for one, name in _reasons().items()},
            value=ErasureReason.REQUEST.value,
            label=_('사유'),
        ).props('outlined dense options-dense')
        why = ui.input(
            _('기타 사유'),
            validation={_('사유를 입력하세요.'): lambda words: bool((words or '').strip())},
        ).props('outlined dense')
        why.props['maxlength'] = MAX_WHY_CHARS
        why.set_visibility(False)
        reason.on_value_change(
            lambda event: why.set_visibility(event.value == ErasureReason.OTHER.value)
        )

        def submit() -> None:
            if reason.value != ErasureReason.OTHER.value or why.validate():
                question.submit((reason.value, why.value))

        with ui.element('div').classes('desk-actions'):
            button(_('취소'), question.close)
            button(_('삭제'), submit, ButtonStyle.DANGER)
    if (answer := await context.still(question)) is not None:
        await _erase(context, customer_id, ErasureReason(answer[0]), answer[1] or '')


async def _erase(context: PageContext, customer_id: UUID, reason: ErasureReason, why: str) -> None:
    try:
        await context.still(
            context.services.customer_erasure.erase(context.agent, customer_id, reason, why)
        )
    except DeskError as error:
        notices.tell(error)
    else:
        notices.done(_('고객 정보를 삭제했습니다'))


def _said(scope: ErasureScope) -> str:
    return _(
        '{name} 고객의 정보와 대화 내용이 지워집니다: 기록 {records}건, 채팅 {chats}건, 통화 {calls}건, 메모 {notes}건.',
        name=scope.customer.name,
        records=scope.records,
        chats=scope.chats,
        calls=scope.calls,
        notes=scope.notes,
    )


def _reasons() -> dict[ErasureReason, str]:
    return {
        ErasureReason.REQUEST: _('고객 요청'),
        ErasureReason.CONSENT: _('동의 철회'),
        ErasureReason.RETENTION: _('보유 기간 만료'),
        ErasureReason.OTHER: _('기타'),
    }
