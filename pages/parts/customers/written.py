"""A contact's wrap-up and rating beside the contact: category, summary, follow-up, times; score and comment."""

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from models import PastWrapUp
from pages.locale import _, language
from pages.parts.kit import times
from pages.parts.kit.markup import filled
from services.chats.events import Rating
from services.contacts.wrap_up_view import WrapUpView


def category_path(wrap_up: WrapUpView) -> str:
    """Return the path of the 상담 분류 in the reader's language; empty for none."""
    return wrap_up.category_en if language() == 'en' else wrap_up.category


def written(wrap_up: WrapUpView | None) -> Markup:
    """Return the wrap-up as the inside of a list; empty when there is none."""
    if wrap_up is None:
        return Markup()
    facts = {
        _('상담 분류'): category_path(wrap_up),
        _('요약'): wrap_up.summary,
        _('후속 조치'): _('필요') if wrap_up.needs_follow_up else '',
        _('후처리 시간'): times.length(wrap_up.length)
        if wrap_up.length is not None
        else _('작성 중'),
    }
    return _listed(facts)


def written_before(past: Iterable[PastWrapUp]) -> Markup:
    """Return what was written after the earlier ends of a reopened contact as the inside of a list."""
    return _listed(
        {
            _('이전 후처리 · {time}', time=times.moment(one.done_at)): one.summary or _('요약 없음')
            for one in past
        }
    )


def rated(rating: Rating | None) -> Markup:
    """Return the customer's rating as the inside of a list; empty when nobody rated."""
    if rating is None:
        return Markup()
    return _listed(
        {_('만족도'): _('{score}점', score=rating.score), _('고객 의견'): rating.comment}
    )


def _listed(facts: Mapping[str, str]) -> Markup:
    return Markup().join(
        filled('<div><dt>{name}</dt><dd dir="auto">{value}</dd></div>', name=name, value=value)
        for name, value in facts.items()
        if value
    )
