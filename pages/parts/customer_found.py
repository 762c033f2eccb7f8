"""A customer who was found, as one line: what fits is marked, what is personal is masked."""

import re

from markupsafe import Markup

from models import Customer
from pages.locale import _
from pages.parts import times
from pages.parts.customer_badges import badges, type_name
from pages.parts.markup import filled, marked
from services import highlight
from services.customer_search import Hit
from services.customer_warnings import warnings_of
from services.personal_data import masked_email, masked_phone
from services.search_terms import SearchTerms, clean, read


class Marks:
    """Marks in names, numbers and addresses what a text was looking for."""

    def __init__(self, text: str) -> None:
        self._terms: SearchTerms = read(text)
        self._words = [*self._terms.names, *clean(text).lower().split()]

    def name(self, name: str) -> Markup:
        """Return a name with the searched part, or the syllables of the searched initials, marked."""
        spans = highlight.spans(name, self._words)
        if not spans and self._terms.pattern and (met := re.search(self._terms.pattern, name)):
            spans = [met.span()]
        return marked(name, spans)

    def phone(self, digits: str) -> Markup:
        """Return a masked number; of what was searched only its unmasked end can be marked."""
        shown, end = masked_phone(digits), digits[-4:]
        is_end = len(self._terms.phone) >= len(end) and digits.endswith(self._terms.phone)
        return marked(shown, [(len(shown) - 4, len(shown))] if is_end else [])

    def email(self, email: str | None) -> Markup:
        """Return a masked address with what can be seen of the searched part marked."""
        shown = masked_email(email)
        return marked(shown, highlight.spans(shown, [self._terms.email]))

    def code(self, customer: Customer) -> Markup:
        """Return the customer number, marked when it was what was searched."""
        is_it = customer.number == self._terms.number
        return marked(customer.code, [(0, len(customer.code))] if is_it else [])


def option(hit: Hit, marks: Marks) -> Markup:
    """Return the inside of an entry in the list under the search box."""
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
    """Say when somebody last had to do with them."""
    at = customer.last_contact_at
    return _('최근 {when}', when=times.short(at)) if at else _('상담 없음')
