"""The customer search as a box: in the top bar of every screen, and wherever a customer is chosen."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui

from pages.component import still
from pages.context import PageContext
from pages.locale import _
from pages.parts.customers.found import Marks, option
from pages.parts.kit.search_box import Answer, Option, SearchBox, SearchBoxLabels
from services.text.terms import SearchTerms, parse_terms

MOST = 20


class CustomerSearchBox(SearchBox):
    """Finds customers by name, initials, telephone, e-mail or number, also typed on the wrong keyboard layout."""

    def __init__(
        self,
        context: PageContext,
        *,
        placeholder: str = '',
        choose: Callable[[UUID], Awaitable[None] | None] | None = None,
    ) -> None:
        """Draw the box.

        Args:
            context: the page.
            placeholder: the box's placeholder, if it is not the page's main search.
            choose: called with the chosen customer. Without it the box is the page's main search: it opens the
                customer, and its keys work everywhere.
        """
        self._context = context
        chosen = choose or _open
        super().__init__(
            SearchBoxLabels(
                placeholder=placeholder or _('이름, 전화번호, 이메일 검색'),
                results=_('찾은 고객'),
                loading=_('찾고 있습니다'),
                away=_('연결되면 찾습니다'),
                hint='' if choose else 'Ctrl K',
            ),
            search=self._customers,
            choose=lambda given: chosen(UUID(given)),
            has_keys=choose is None,
        )

    async def _customers(self, text: str) -> Answer:
        if not text.strip():
            return Answer()
        hits = await still(
            self,
            self._context.services.customer_search.search(
                self._context.agent, text, limit=MOST + 1
            ),
        )
        marks = Marks(text)
        options = [
            Option(id=str(hit.customer.id), inside=option(hit, marks)) for hit in hits[:MOST]
        ]
        return Answer(options=options, note=note(text, len(hits), most=MOST))


def note(text: str, count: int, *, most: int) -> str:
    """Return a hint below the results: no customer, too many, or too short a text."""
    terms = parse_terms(text)
    is_bare = text.strip().isdecimal() and not terms.phone
    is_short = terms == SearchTerms() or is_bare or terms.is_begun_form
    if not count and is_short:
        return _('조금 더 입력하면 찾습니다.')
    if not count:
        return _(
            '찾는 고객이 없습니다. 이름의 일부, 전화번호 끝 4자리나 전체, 이메일 전체로 찾을 수 있습니다.'
        )
    if count > most:
        return _('{count}명까지만 보입니다. 더 입력하면 좁혀집니다.', count=most)
    return ''


def _open(customer_id: UUID) -> None:
    ui.navigate.to(f'/desk/customers/{customer_id}')
