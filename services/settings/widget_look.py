"""How the chat's button looks on other sites: colour and words of a queue, else those of every queue, else the catalogue's.

Words are people's data: shown as text, never as markup.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from desk.errors import DeskError, FieldsRefusedError, InvalidInputError
from services.settings.sites import FIELD as ORIGINS
from services.settings.sites import parsed_sites
from services.text.visible import is_visible

COLOUR, SITES = 'colour', 'sites'
LANGUAGES = ('ko', 'en')
DEFAULT_COLOUR = '#2456c9'
"""The desk's own accent."""
LOWEST_CONTRAST = 4.5
"""Of white words on the colour (WCAG 2.2, 1.4.3); the button then stands out from a white page as well (1.4.11 asks for 3)."""
MOST_CHARS = {'button': 24, 'greeting': 200}
"""The texts by name, and how long each may be."""
NEW_LOOK: Mapping[str, str] = {
    COLOUR: '',
    **{f'{name}_{language}': '' for name in MOST_CHARS for language in LANGUAGES},
    SITES: '',
}
_HEX = re.compile(r'#[0-9a-f]{6}')


@dataclass(frozen=True, slots=True)
class WidgetLook:
    """The look of one queue's button, or that of every queue."""

    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def colour(self) -> str:
        """The colour as ``#rrggbb``."""
        return self.values.get(COLOUR) or DEFAULT_COLOUR

    def said(self, name: str, language: str) -> str:
        """Return the ``button``'s or the ``greeting``'s words; empty when the catalogue's are to be shown."""
        return self.values.get(f'{name}_{language}', '')

    def over(self, below: 'WidgetLook') -> 'WidgetLook':
        """Return this look where it says something, and ``below`` where not."""
        own = {name: value for name, value in self.values.items() if value}
        return WidgetLook({**below.values, **own})


def parsed_look(values: Mapping[str, str]) -> dict[str, str]:
    """Return a look as it is stored. Raises ``FieldsRefusedError`` with every field that cannot be used."""
    kept: dict[str, str] = {}
    faults: dict[str, DeskError] = {}
    for name, typed in values.items():
        try:
            kept[name] = _parsed(name, typed.strip())
        except FieldsRefusedError as error:
            faults[name] = error.faults[ORIGINS]
        except InvalidInputError as error:
            faults[name] = error
    if faults:
        raise FieldsRefusedError(faults)
    return kept


def contrast_with_white(colour: str) -> float:
    """Return the contrast of white on a colour, 1 to 21 (WCAG 2.2, relative luminance)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    red, green, blue = linear
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _parsed(name: str, typed: str) -> str:
    if name == COLOUR:
        return _colour(typed.lower())
    if name == SITES:
        return parsed_sites({ORIGINS: typed})[ORIGINS]
    most = MOST_CHARS[name.rpartition('_')[0]]
    text = ' '.join(typed.split())
    if len(text) > most or (text and not (is_visible(text) and text.isprintable())):
        raise InvalidInputError('widget.text', most=most)
    return text


def _colour(typed: str) -> str:
    if typed and not _HEX.fullmatch(typed):
        raise InvalidInputError('widget.colour')
    if typed and contrast_with_white(typed) < LOWEST_CONTRAST:
        raise InvalidInputError('widget.contrast')
    return typed
