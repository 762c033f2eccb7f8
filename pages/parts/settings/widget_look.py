"""상담 창: how the chat's button looks on other sites, for every queue and for single queues, and which sites offer a queue."""

from uuid import UUID

from markupsafe import Markup
from typing_extensions import override

from models import EVERYWHERE, SettingKind
from pages.context import PageContext
from pages.locale import _, text
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.markup import filled
from pages.parts.settings.queue_list_section import PreviewedSection
from pages.parts.settings.texts import LANGUAGE_NAMES
from services.people.events import SettingPart
from services.settings.widget_look import COLOUR, LANGUAGES, MOST_CHARS, SITES, WidgetLook


class WidgetSection(PreviewedSection):
    """The look of every queue, and of each queue that the person may change."""

    kind = SettingKind.WIDGET
    parts = frozenset[str]({SettingKind.WIDGET, SettingKind.SITES, SettingPart.QUEUES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('상담 창'))

    @override
    def explained(self) -> str:
        return _(
            '다른 사이트에 놓는 상담 버튼의 색과 말입니다. 대기열에 적지 않은 것은 모든 대기열의 것이, 그것도 없으면 데스크의 것이 보입니다. 버튼을 둘 수 있는 사이트는 허용 사이트에서 정합니다.'
        )

    @override
    def fields_of(self, subject_id: UUID) -> list[FormField]:
        return look_fields(has_sites=subject_id != EVERYWHERE)

    @override
    async def previewed(self, subject_id: UUID) -> Markup:
        return _preview(await self.still(self.services.widget.look_of(subject_id)))


def look_fields(*, has_sites: bool) -> list[FormField]:
    """Return the fields of a look; a queue also says which sites offer it."""
    names = {'button': _('버튼의 말'), 'greeting': _('버튼 곁의 인사')}
    hints = {
        'button': _('짧게 적습니다: 상담하기, 배송 문의.'),
        'greeting': _('처음 온 방문자에게 버튼 위에 보입니다. 비우면 보이지 않습니다.'),
    }
    fields = [
        FormField(
            name=COLOUR,
            label=_('색'),
            hint=_('#2456c9처럼 적습니다. 흰 글자가 읽히는 색이어야 합니다 (대비 4.5 : 1).'),
        )
    ]
    fields += [
        FormField(
            name=f'{name}_{one}',
            label=f'{names[name]} ({LANGUAGE_NAMES[one]})',
            hint=hints[name] if one == LANGUAGES[0] else '',
        )
        for name in MOST_CHARS
        for one in LANGUAGES
    ]
    if has_sites:
        fields.append(
            FormField(
                name=SITES,
                label=_('이 대기열을 보여 줄 사이트 (한 줄에 하나)'),
                kind='lines',
                rows=3,
                hint=_('비우면 허용 사이트 모두에서 고를 수 있습니다.'),
            )
        )
    return fields


def _preview(look: WidgetLook) -> Markup:
    """Return the button in both languages; its colour is checked when it is stored."""
    buttons = Markup().join(
        filled(
            '<span class="desk-widget-button" lang="{language}" style="background:{colour}">{words}</span> ',
            language=one,
            colour=look.colour,
            words=look.said('button', one) or text(one, '상담하기'),
        )
        for one in LANGUAGES
    )
    return filled('<p>{buttons}</p>', buttons=buttons)
