"""The form before a chat: plain HTML, since nobody is known yet who could hold a socket (decision 0003)."""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from desk.errors import DeskError
from models.chat import MAX_NAME_CHARS
from pages import forms
from pages.locale import LANGUAGES, language_of, sentence, text
from pages.refusals import headers_of

FIELDS = {'visit.name': 'name', 'visit.phone': 'phone', 'visit.department': 'department'}
"""Beside which field an error is said; any other stands above the form."""
ENDONYMS = {'ko': '한국어', 'en': 'English'}

_BODY = Markup(
    """<link rel="stylesheet" href="/static/talk.css">
<p class="talk-lead">{lead}</p>
{form}<p class="talk-language"><a href="/talk?lang={other}" lang="{other}" hreflang="{other}">{endonym}</a></p>
"""
)
_FORM = Markup(
    """<form method="post" action="/talk" class="talk-form" novalidate>
{alert}<input type="hidden" name="token" value="{token}">
{name}{phone}{department}<button type="submit">{button}</button>
</form>
"""
)
_SELECT = Markup(
    """<div class="field"><label for="department">{label}</label>
<select id="department" name="department"{extra}>
{options}</select></div>
"""
)
_OPTION = Markup('<option value="{value}"{selected}>{shown}</option>\n')
_SELECTED = Markup(' selected')
_ERROR = Markup(
    '<p role="alert" class="alert talk-field-error" id="{field}-error">{sentence}</p>\n'
)
_INVALID = Markup(' aria-invalid="true" aria-describedby="{field}-error" autofocus')


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What stands in the form, as typed; ``token`` makes the same form sent twice one chat."""

    token: str
    name: str = ''
    phone: str = ''
    department: str = ''


def draw(
    request: Request, departments: list[str], entry: Entry, *, error: DeskError | None = None
) -> Response:
    """Return the form with what was typed, and what was wrong with it next to where it is put right."""
    language = language_of(request)
    drawn = _Form(language, entry, error)
    [other] = [one for one in LANGUAGES if one != language]
    return forms.page(
        title=text(language, '채팅 상담'),
        body=_BODY.format(
            lead=text(language, '문의하실 내용을 알려 주시면 담당 상담원이 바로 도와드려요.'),
            form=drawn.whole(departments)
            if departments
            else forms.alert(
                text(
                    language,
                    '지금은 상담을 받을 수 있는 상담원이 없어요. 잠시 뒤에 다시 찾아 주세요.',
                )
            ),
            other=other,
            endonym=ENDONYMS[other],
        ),
        language=language,
        theme=forms.theme_of(request),
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
    )


class _Form:
    """The form in one language, with at most one error."""

    def __init__(self, language: str, entry: Entry, error: DeskError | None) -> None:
        self._language = language
        self._entry = entry
        self._wrong = FIELDS.get(error.key) if error else None
        self._sentence = sentence(language, error) if error else ''

    def whole(self, departments: list[str]) -> Markup:
        entry = self._entry
        return _FORM.format(
            alert=Markup() if self._wrong else forms.alert(self._sentence),
            token=entry.token,
            name=self._field('name', '이름', value=entry.name, autocomplete='name'),
            phone=self._field(
                'phone', '전화번호', kind='tel', value=entry.phone, autocomplete='tel'
            ),
            department=self._select(departments),
            button=text(self._language, '상담 시작'),
        )

    def _field(self, name: str, label: str, **fixed: str) -> Markup:
        extra = Markup(' required maxlength="{}"').format(MAX_NAME_CHARS) + self._invalid(name)
        drawn = forms.field(name=name, label=text(self._language, label), extra=extra, **fixed)
        return drawn + self._error(name)

    def _select(self, departments: list[str]) -> Markup:
        chosen = departments[0] if len(departments) == 1 else self._entry.department
        names = {one: text(self._language, one) for one in departments}
        choices = {'': text(self._language, '선택해 주세요')} | names
        options = Markup().join(
            _OPTION.format(value=value, shown=shown, selected=_SELECTED if value == chosen else '')
            for value, shown in choices.items()
        )
        extra = Markup(' required') + self._invalid('department')
        label = text(self._language, '문의 유형')
        return _SELECT.format(label=label, extra=extra, options=options) + self._error('department')

    def _invalid(self, field: str) -> Markup:
        return _INVALID.format(field=field) if field == self._wrong else Markup()

    def _error(self, field: str) -> Markup:
        if field != self._wrong:
            return Markup()
        return _ERROR.format(field=field, sentence=self._sentence)
