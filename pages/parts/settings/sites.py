"""허용 사이트: the sites that may show the chat widget."""

from markupsafe import Markup
from typing_extensions import override

from models import EVERYWHERE, SettingKind
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import button
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.markup import filled
from pages.parts.settings.section import (
    Section,
    about,
    cells,
    empty,
    heading,
    name_cell,
    table,
)
from pages.parts.settings.setting_editor import SettingEditor
from pages.parts.settings.site_keys import SiteKeyPanel
from services.settings.sites import FIELD, MOST_SITES
from services.settings.stored import Stored


class SiteSection(Section):
    """The list of the desk, for administrators."""

    adds = False
    parts = frozenset[str]({SettingKind.SITES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('허용 사이트'))
        self._stored: Stored | None = None
        self._editor: SettingEditor | None = None
        self._keys: SiteKeyPanel | None = None

    @override
    async def read(self) -> None:
        settings = self.services.desk_settings
        self._stored = await self.still(settings.stored(self.agent, SettingKind.SITES, EVERYWHERE))

    @override
    def draw_list(self) -> None:
        heading(_('허용 사이트'), _('사이트 고치기'), self._edit)
        about(
            _(
                '상담 창을 자기 화면에 띄울 수 있는 사이트입니다. 여기에 없는 사이트에는 상담 창이 열리지 않습니다. 사이트를 누르면 넣을 줄과 비밀 키가 보입니다.'
            )
        )
        sites = self._stored.values[FIELD].split() if self._stored else []
        if not sites:
            empty(_('아직 허용한 사이트가 없습니다. 상담 창을 둘 사이트의 주소를 적으세요.'))
            return
        rows = Markup().join(_row(one) for one in sites)
        table(_('허용 사이트'), (_('사이트'),), rows, self._press)

    @override
    def news(self, changed: frozenset[str] = frozenset()) -> None:
        if self._editor is not None:
            self.start(self._editor.refresh())

    @override
    def close(self) -> None:
        self._editor = self._keys = None
        super().close()

    async def _press(self, site: str) -> None:
        if self._stored is None or site not in self._stored.values[FIELD].split():
            return
        self._editor = None

        def draw() -> None:
            self._keys = SiteKeyPanel(self.context, site)
            button(_('닫기'), self.close)

        self.beside(site, draw)
        if self._keys is not None:
            await self.still(self._keys.refresh())

    def _edit(self) -> None:
        stored = self._stored
        if self._editor is not None or stored is None:
            return

        self._keys = None

        def draw() -> None:
            self._editor = SettingEditor(
                self, SettingKind.SITES, EVERYWHERE, fields(), stored, name=_('허용 사이트')
            )

        self.beside(_('허용 사이트'), draw)
        self.news()


def fields() -> list[FormField]:
    """Return the one field: the list."""
    return [
        FormField(
            name=FIELD,
            label=_('사이트 (한 줄에 하나, {most}개까지)', most=MOST_SITES),
            kind='lines',
            rows=8,
            hint=_(
                'https://shop.example.com처럼 이름까지만 적습니다. 하위 사이트는 따로 적습니다.'
            ),
        )
    ]


def _row(site: str) -> Markup:
    return filled(
        '<tr data-id="{site}">{name}{rest}</tr>',
        site=site,
        name=name_cell(site, site),
        rest=cells(),
    )
