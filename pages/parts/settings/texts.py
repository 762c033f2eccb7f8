"""안내 문구: the texts that customers read, of every queue and of single queues, with a preview."""

from uuid import UUID

from markupsafe import Markup
from typing_extensions import override

from desk import clock
from models import EVERYWHERE, SettingKind
from pages.context import PageContext
from pages.locale import LANGUAGES, _, text
from pages.parts.kit import times
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.markup import filled
from pages.parts.settings.queue_list_section import PreviewedSection
from services.people.events import SettingPart
from services.settings.protection_texts import protection_text
from services.settings.texts import CustomerTexts, TextName, field_of

LANGUAGE_NAMES = {'ko': '한국어', 'en': 'English'}


class TextSection(PreviewedSection):
    """The texts of every queue, and of each queue that the person may change."""

    kind = SettingKind.TEXTS
    parts = frozenset[str]({SettingKind.TEXTS, SettingPart.QUEUES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('안내 문구'))

    @override
    def explained(self) -> str:
        return _(
            '고객이 상담 화면에서 읽는 글입니다. 대기열에 적지 않은 글은 모든 대기열의 글이, 그것도 없으면 데스크의 글이 보입니다.'
        )

    @override
    def fields_of(self, subject_id: UUID) -> list[FormField]:
        return text_fields(of_desk=subject_id == EVERYWHERE)

    @override
    async def previewed(self, subject_id: UUID) -> Markup:
        queue_id = None if subject_id == EVERYWHERE else subject_id
        return _preview(await self.still(self.services.customer_texts.of(queue_id)))


def text_fields(*, of_desk: bool) -> list[FormField]:
    """Return the fields of the texts, each in two languages; the announcement is the desk's alone."""
    hints = {
        TextName.GREETING: _('상담을 시작하는 화면과 기다리는 동안 맨 위에 보입니다.'),
        TextName.WAITING: _('기다리는 동안 대기 순서 아래에 보입니다.'),
        TextName.CLOSED: _(
            '운영 시간이 아닐 때 보입니다. {opens} 자리에 여는 때가 들어갑니다.', opens='{opens}'
        ),
        TextName.CROWDED: _(
            '대기열이 붐빌 때 상담을 시작하기 전에 보입니다. 아래에 계속 기다리기, 메시지 남기기, 콜백이 놓입니다.'
        ),
        TextName.ENDED: _('상담이 끝난 뒤에 보입니다.'),
        TextName.SILENCE_ASKED: _('한동안 답이 없는 고객에게 계속 상담할지 물을 때 보입니다.'),
        TextName.SILENCE_ENDED: _('고객의 답이 없어 상담이 끝난 뒤에 보입니다.'),
        TextName.RECORDING: _(
            '콜백을 신청할 때 보이고, 데스크가 거는 전화에서는 Connect의 통화 흐름이 읽어 줍니다 (속성 desk_recording_notice).'
        ),
        TextName.ANNOUNCEMENT: _(
            '상담을 시작하기 전에 보이고, 읽은 글의 판과 때가 상담에 남습니다. 문의 유형을 고르기 전이라 모든 대기열의 글만 쓰입니다.'
        ),
        TextName.WARNING: _('보호에서 경고할 때 채팅으로 보내거나 통화에서 읽습니다.'),
        TextName.LAST_WARNING: _('종료하기 전 마지막 경고입니다.'),
        TextName.PROTECTED_END: _('보호로 상담을 끝낼 때 마지막으로 보내거나 읽습니다.'),
    }
    names = _names()
    return [
        FormField(
            name=field_of(name, one),
            label=f'{names[name]} ({LANGUAGE_NAMES[one]})',
            kind='lines',
            rows=2,
            hint=hints[name] if one == LANGUAGES[0] else '',
        )
        for name in TextName
        if of_desk or name is not TextName.ANNOUNCEMENT
        for one in LANGUAGES
    ]


def _names() -> dict[TextName, str]:
    return {
        TextName.GREETING: _('인사'),
        TextName.WAITING: _('기다리는 동안'),
        TextName.CLOSED: _('운영 시간 밖'),
        TextName.CROWDED: _('붐빌 때'),
        TextName.ENDED: _('상담이 끝난 뒤'),
        TextName.SILENCE_ASKED: _('답이 없을 때'),
        TextName.SILENCE_ENDED: _('답이 없어 끝난 뒤'),
        TextName.RECORDING: _('통화 녹음 안내'),
        TextName.ANNOUNCEMENT: _('상담원 보호 안내'),
        TextName.WARNING: _('보호: 경고'),
        TextName.LAST_WARNING: _('보호: 마지막 경고'),
        TextName.PROTECTED_END: _('보호: 종료하는 말'),
    }


def _preview(texts: CustomerTexts) -> Markup:
    """Return every text as a customer reads it, in both languages; the catalogue's where there is none."""
    rows, names = Markup(), _names()
    for name in TextName:
        for one in LANGUAGES:
            rows += filled(
                '<dt>{name} <small>{language}</small></dt><dd lang="{lang}">{text}</dd>',
                name=names[name],
                language=LANGUAGE_NAMES[one],
                lang=one,
                text=_shown(texts, name, one),
            )
    return filled('<dl>{rows}</dl>', rows=rows)


def _shown(texts: CustomerTexts, name: TextName, language: str) -> str:
    opens = times.moment_in(clock.now(), clock.SEOUL, language)
    if own := texts.said(name, language, opens=opens):
        return own
    if name not in _USUAL:
        return protection_text(texts, name, language)
    values = {'opens': opens} if name is TextName.CLOSED else {}
    return text(language, _USUAL[name], **values)


_USUAL = {
    TextName.GREETING: '문의하실 내용을 알려 주시면 담당 상담원이 바로 도와드려요.',
    TextName.WAITING: '문의하실 내용을 지금 남겨 주세요. 이 화면을 열어 두시면 연결될 때 알려 드려요.',
    TextName.CLOSED: '지금은 상담 시간이 아니에요. {opens}부터 상담을 시작하실 수 있어요.',
    TextName.CROWDED: '지금은 기다리는 분이 많아요. 계속 기다리시거나, 메시지를 남기시거나, 전화로 받으실 수 있어요.',
    TextName.ENDED: '상담이 종료되었어요. 이용해 주셔서 감사해요.',
    TextName.SILENCE_ASKED: '아직 계신가요? 답이 없으면 상담이 종료돼요.',
    TextName.SILENCE_ENDED: '오랫동안 답이 없어 상담을 종료했어요. 언제든 다시 찾아 주세요.',
    TextName.RECORDING: '적은 글이 없으면 보이지 않아요.',
}
"""The catalogue's texts, where nobody has written any."""
