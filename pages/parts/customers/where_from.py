"""Where the customer of a chat writes from: the page of the site that they look at, live, and whether the site has named them."""

from urllib.parse import unquote, urlsplit
from uuid import UUID

from markupsafe import Markup

from desk.errors import DeskError
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.markup import Piece, filled
from services.widget.events import page_topic
from services.widget.widget import CustomerPage

READ_SECONDS = 0.2
SHOWN_SCHEMES = ('https://', 'http://')


class WhereFrom(Component):
    """Draws nothing for a chat that began at ``/talk`` itself."""

    def __init__(self, context: PageContext, chat_id: UUID) -> None:
        super().__init__(context.services.topics, 'section')
        self.classes('desk-where').props['aria-label'] = _('고객이 보는 화면')
        self._context, self._chat_id = context, chat_id
        with self:
            self._shown = Piece()
        self.set_visibility(False)
        self.listen(page_topic(chat_id), self._hear, draws=False)
        self.start(self.refresh())

    async def refresh(self) -> None:
        """Read the page and draw it; what is shown stays while the desk cannot be read."""
        widget = self._context.services.widget
        try:
            page = await self.still(widget.page_of(self._context.agent, self._chat_id))
        except DeskError:
            return
        self.set_visibility(page is not None)
        if page is not None:
            self._shown.set_inside(_inside(page))

    def _hear(self, _event: object) -> None:
        self.within(READ_SECONDS, self.refresh)


def _inside(page: CustomerPage) -> Markup:
    visit = page.visit
    where = filled('<span class="desk-sub">{site}</span>', site=visit.site)
    if visit.address.startswith(
        SHOWN_SCHEMES
    ):  # else it would not be a link to look at, but one to run
        where = filled(
            '<a href="{address}" target="_blank" rel="noopener noreferrer nofollow" title="{address}">{title}</a>'
            '<span class="desk-sub">{shown}</span>',
            address=visit.address,
            title=visit.title or _('화면 열기'),
            shown=_readable(visit.address),
        )
    return filled(
        '<h3>{heading}</h3>{where}<span class="desk-where-mark" data-known="{known}">{who}</span>',
        heading=_('고객이 보는 화면'),
        where=where,
        known='yes' if page.is_linked else 'no',
        who=_who(page),
    )


def _who(page: CustomerPage) -> str:
    if page.is_linked:
        return _('사이트가 서명으로 확인한 고객입니다.')
    kind, _separator, name = page.visit.identity.partition(':')
    match kind:
        case 'customer':
            return _('사이트가 서명한 고객 번호입니다: {number}', number=name)
        case 'email':
            return _('사이트가 이메일을 서명했지만, 한 고객으로 정해지지 않았습니다.')
        case 'phone':
            return _('사이트가 전화번호를 서명했지만, 한 고객으로 정해지지 않았습니다.')
        case _other:
            return _('사이트가 누구인지 확인해 주지 않은 방문자입니다.')


def _readable(address: str) -> str:
    """Return an address without scheme, its Hangul as letters."""
    parts = urlsplit(address)
    return f'{parts.netloc}{unquote(parts.path)}'
