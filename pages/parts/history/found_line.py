"""The line of a chat that a search found: a message, or a private note, which says so."""

from markupsafe import Markup

from pages.locale import _
from pages.parts.kit.markup import filled, marked
from services.history.contact import FoundLine


def found_line(found: FoundLine) -> Markup:
    """Return its excerpt, with the words marked."""
    excerpt = marked(found.excerpt, found.spans)
    if not found.is_note:
        return excerpt
    return filled(
        '<span class="desk-note-word"><i class="material-icons" aria-hidden="true">lock</i>{word}</span> {excerpt}',
        word=_('메모'),
        excerpt=excerpt,
    )
