"""A found customer as one line: matches are marked, contact details are masked."""

from markupsafe import Markup

from models import Customer
from pages.locale import _
from pages.parts.customers.badges import badges, type_name
from pages.parts.kit import times
from pages.parts.kit.markup import filled, marked
from services.customers.personal_data import masked_email, masked_phone
from services.customers.warnings import warnings_of
from services.search.customers import Hit
from services.text import highlight
from services.text.folding import fold
from services.text.phone_numbers import without_extension
from services.text.terms import SearchTerms, clean, parse_terms, whole_numbers


class Marks:
    """Marks the matches of a search text in names, numbers and addresses."""

    def __init__(self, text: str) -> None:
        self._terms: SearchTerms = parse_terms(text)
        self._words = [*self._terms.names, *fold(clean(text)).split()]
        patterns = [self._terms.pattern, *(one.pattern for one in self._terms.unfinished)]
        self._patterns = [one for one in patterns if one]

    def name(self, name: str) -> Markup:
        """Return a name with the searched part, or the syllables with the searched initials, marked."""
        spans = highlight.spans(name, self._words)
        return marked(name, spans or highlight.pattern_spans(name, self._patterns))

    def phone(self, digits: str) -> Markup:
        """Return a masked number; its visible end is marked when that, or the whole number, was searched."""
        shown, line = masked_phone(digits), without_extension(digits)
        end, wanted = line[-4:], without_extension(self._terms.phone)
        is_it = wanted == end or line in whole_numbers(wanted)
        return marked(shown, [(len(shown) - len(end), len(shown))] if end and is_it else [])

    def email(self, email: str | None) -> Markup:
        """Return a masked address with the visible part of the match marked."""
        shown = masked_email(email)
        return marked(shown, highlight.spans(shown, [self._terms.email]))

    def code(self, customer: Customer) -> Markup:
        """Return the customer number, marked when it was searched."""
        is_it = customer.number == self._terms.number
        return marked(customer.code, [(0, len(customer.code))] if is_it else [])


def option(hit: Hit, marks: Marks) -> Markup:
    """Return the markup of an entry in the list under the search box."""
    customer = hit.customer
    return filled(
        '<span class="desk-row-line"><span class="desk-found-name">{name}</span>{badges}'
        '<span class="desk-found-aside">{last}</span></span>'
        '<span class="desk-row-line desk-sub"><span>{phone}</span><span class="desk-found-email">{email}</span>'
        '<span class="desk-found-aside">{kind} · {code}</span></span>',
        name=marks.name(customer.name),
        badges=badges(warnings_of(customer)),
        last=last_contact(customer),
        phone=marks.phone(customer.phone),
        email=marks.email(customer.email),
        kind=type_name(customer.customer_type),
        code=marks.code(customer),
    )


def last_contact(customer: Customer) -> str:
    """Return when the last contact with the customer was."""
    at = customer.last_contact_at
    return _('최근 {when}', when=times.short(at)) if at else _('상담 없음')
