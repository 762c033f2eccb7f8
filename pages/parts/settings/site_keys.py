"""The secrets of one allowed site, and the tag that it puts on its pages: beside the list of 허용 사이트."""

from collections.abc import Sequence
from functools import partial

from nicegui import context, ui

from desk.errors import DeskError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.widget.site_keys import MOST_KEYS, KeyView


class SiteKeyPanel(Component):
    """One site: its tag, and its secrets."""

    def __init__(self, context: PageContext, site: str) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-site-keys')
        self._context, self._keys, self._site = context, context.services.site_keys, site
        with self:
            self._draw_tag()
            self._place = ui.element('section')
            self._place.props['aria-label'] = _('비밀 키')

    async def refresh(self) -> None:
        """Draw the secrets as they are now."""
        try:
            keys = await self.still(self._keys.all(self._context.agent))
        except DeskError as error:
            notices.tell(error)
            return
        self._place.clear()
        with self._place:
            self._draw_keys([one for one in keys if one.origin == self._site])

    def _draw_tag(self) -> None:
        asked = context.client.request.url
        tag = f'<script src="{asked.scheme}://{asked.netloc}/widget.js" async></script>'
        ui.label(_('이 줄을 사이트의 모든 화면에 넣으면 상담 버튼이 보입니다.')).classes(
            'desk-settings-say'
        )
        Piece('pre', inside=filled('<code>{tag}</code>', tag=tag)).props('tabindex=0')

    def _draw_keys(self, keys: Sequence[KeyView]) -> None:
        ui.label(_('비밀 키')).classes('desk-section-title').props('role=heading aria-level=3')
        ui.label(
            _(
                '사이트의 서버가 로그인한 방문자를 이 키로 서명하면, 상담이 그 고객으로 확인되어 시작됩니다. 바꿀 때는 새 키를 만들어 서버에 넣은 뒤 앞의 키를 폐기하세요.'
            )
        ).classes('desk-hint')
        for one in keys:
            with ui.element('div').classes('desk-site-key'):
                made = _(
                    '{when} · {name} 님이 만듦', when=times.moment(one.made_at), name=one.made_by
                )
                ui.label(made)
                button(_('폐기'), partial(self._ask_to_retire, one), ButtonStyle.QUIET)
        if not keys:
            ui.label(
                _('아직 키가 없습니다. 키가 없으면 모든 고객이 확인되지 않은 채로 시작합니다.')
            ).classes('desk-hint')
        if len(keys) < MOST_KEYS:
            button(_('새 비밀 키 만들기'), self._make)

    async def _make(self) -> None:
        try:
            key = await self.still(self._keys.make(self._context.agent, self._site))
        except DeskError as error:
            notices.tell(error)
            return
        await self.still(self.refresh())
        with self._place:
            self._show_once(key.secret)

    def _show_once(self, secret: str) -> None:
        def copy() -> None:
            ui.clipboard.write(secret)
            notices.done(_('비밀 키를 복사했습니다'))

        with ui.element('div').classes('desk-site-secret').props('role=status'):
            ui.label(_('지금 복사해 서버에 넣으세요. 닫으면 다시 볼 수 없습니다.'))
            shown = Piece('input').classes('desk-input desk-settings-link')
            shown.props('readonly type=text autocomplete=off spellcheck=false')
            shown.props['value'] = secret
            shown.props['aria-label'] = _('새 비밀 키')
            button(_('비밀 키 복사'), copy, ButtonStyle.PRIMARY)

    def _ask_to_retire(self, key: KeyView) -> None:
        self._place.clear()
        with self._place, ui.element('div').classes('desk-site-secret'):
            ui.label(_('이 키로 서명한 방문자는 바로 확인되지 않습니다. 되돌릴 수 없습니다.'))
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), self.refresh)
                button(_('키 폐기'), partial(self._retire, key), ButtonStyle.DANGER)

    async def _retire(self, key: KeyView) -> None:
        try:
            await self.still(self._keys.retire(self._context.agent, key.id))
        except DeskError as error:
            notices.tell(error)
        else:
            notices.done(_('비밀 키를 폐기했습니다'))
        await self.still(self.refresh())
