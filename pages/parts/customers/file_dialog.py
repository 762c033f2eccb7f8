"""A customer's file on request (열람): what it holds, the reason, and the format."""

from urllib.parse import urlencode
from uuid import UUID

from nicegui import ui

from desk.errors import DeskError
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.reason_choice import ReasonChoice
from services.disclosure.files import FileFormat, FileReason, FileScope


async def make_file(context: PageContext, customer_id: UUID) -> None:
    """Say what the file holds, ask for the reason, and download it."""
    try:
        scope = await context.still(
            context.services.customer_files.scope(context.agent, customer_id)
        )
    except DeskError as error:
        notices.tell(error)
        return
    with dialog.titled(context.dialogs, _('열람 자료 만들기')) as opened:
        ui.label(_said(scope))
        ui.label(
            _(
                '고객 본인이 볼 자료라서 연락처를 가리지 않습니다. 누가 언제 왜 만들었는지 기록에 남습니다.'
            )
        ).classes('desk-hint')
        kinds = {FileFormat.PDF.value: 'PDF', FileFormat.JSON.value: 'JSON'}
        kind = ui.radio(kinds, value=FileFormat.PDF.value).props('inline dense')
        kind.props['aria-label'] = _('파일 형식')
        why = ReasonChoice(reason_names(), FileReason.OTHER.value)

        def begin() -> None:
            if why.is_given():
                query = f'{urlencode({"format": kind.value})}&{why.query}'
                ui.download.from_url(f'/customers/{scope.customer.id}/file?{query}')
                opened.close()
                notices.done(_('자료를 만들고 있습니다. 다 되면 받은 파일 폴더에 저장됩니다'))

        with ui.element('div').classes('desk-actions'):
            button(_('취소'), opened.close)
            button(_('자료 받기'), begin, ButtonStyle.PRIMARY)


def _said(scope: FileScope) -> str:
    return _(
        '{name} 고객에 대한 모든 기록을 한 파일로 만듭니다: 고객 정보 {records}건, 채팅 {chats}건({lines}줄), 통화 {calls}건, 메모 {notes}건.',
        name=scope.customer.name,
        records=scope.records,
        chats=scope.chats,
        lines=f'{scope.lines:,}',
        calls=scope.calls,
        notes=scope.notes,
    )


def reason_names() -> dict[str, str]:
    """Return the names of the possible reasons."""
    return {
        FileReason.CUSTOMER.value: _('본인 요청'),
        FileReason.REPRESENTATIVE.value: _('법정대리인 요청'),
        FileReason.LAW.value: _('법령에 따른 요청'),
        FileReason.OTHER.value: _('기타'),
    }
