"""A stored file on screen: a link that saves it and, of a picture, its preview, which opens the whole."""

from markupsafe import Markup

from pages.locale import _
from pages.parts.kit.markup import filled
from services.files.kinds import is_picture


def file_link(place: str, name: str) -> Markup:
    """Return the link to the file at an address of the desk; the preview has a size of its own, so that nothing jumps."""
    preview = filled(
        '<a class="desk-picture" href="{place}?shown=true" target="_blank" rel="noopener">'
        '<img src="{place}/preview" alt="{alt}" width="240" height="180" loading="lazy" decoding="async"></a>',
        place=place,
        alt=_('사진: {name}', name=name),
    )
    link = filled('<a class="desk-file" href="{place}" download>{name}</a>', place=place, name=name)
    return (preview + link) if is_picture(name) else link
