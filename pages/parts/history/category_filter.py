"""The history's filter by 상담 분류: of any level, found by letters or initials (초성) as in the wrap-up."""

from collections.abc import Callable, Sequence
from uuid import UUID

from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.category_box import CategoryBox, category_name
from pages.parts.kit.markup import Piece, filled
from services.contacts.categories import CategoryPath


class CategoryFilter(Component):
    """A box to find a category, or the chosen category with a button to remove it."""

    def __init__(
        self,
        context: PageContext,
        categories: Sequence[CategoryPath],
        on_choose: Callable[[UUID | None], None],
    ) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-category-filter')
        self._categories = categories
        with self:
            self._box = CategoryBox(choosable=lambda: categories, choose=on_choose)
            self._chosen = Piece('button').classes('desk-view-link').props('type=button')
            self._chosen.props['aria-current'] = 'true'
            self._chosen.on('click', lambda: on_choose(None), args=[])
        self.show(None)

    def show(self, category_id: UUID | None) -> None:
        """Show the chosen category; also one that the reader does not know can be removed."""
        self._box.set_visibility(category_id is None)
        self._chosen.set_visibility(category_id is not None)
        known = next((one for one in self._categories if one.id == category_id), None)
        name = category_name(known) if known else _('볼 수 없는 항목')
        self._chosen.props['aria-label'] = _('상담 분류 조건 지우기: {name}', name=name)
        self._chosen.set_inside(
            filled(
                '{name} <i class="material-icons" aria-hidden="true">close</i>',
                name=name,
            )
        )
