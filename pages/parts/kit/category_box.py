"""A box to find a 상담 분류 by letters or initials (초성), in the reader's language."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from pages.locale import _, language
from pages.parts.kit.markup import filled
from pages.parts.kit.search_box import Answer, Option, SearchBox, SearchBoxLabels
from services.contacts.categories import CategoryPath, matching

MOST = 12


class CategoryBox(SearchBox):
    """Searches the categories that ``choosable`` returns at that time; calls ``choose`` with the chosen id."""

    def __init__(
        self,
        *,
        choosable: Callable[[], Sequence[CategoryPath]],
        choose: Callable[[UUID], Awaitable[None] | None],
    ) -> None:
        self._choosable = choosable
        super().__init__(
            SearchBoxLabels(
                placeholder=_('상담 분류'),
                results=_('상담 분류'),
                loading=_('찾고 있습니다'),
                away=_('연결되면 찾습니다'),
            ),
            search=self._find_categories,
            choose=lambda chosen: choose(UUID(chosen)),
        )

    async def _find_categories(self, text: str) -> Answer:
        found = matching(self._choosable(), text, is_english=language() == 'en')
        options = [
            Option(id=str(one.id), inside=filled('{name}', name=category_name(one)))
            for one in found[:MOST]
        ]
        return Answer(options=options, note='' if found else _('찾는 분류가 없습니다.'))


def category_name(one: CategoryPath) -> str:
    """Return a category's path in the reader's language."""
    return one.path_en if language() == 'en' else one.path
