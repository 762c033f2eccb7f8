"""The link to the open screen, in a bar that is scrolled sideways where it does not fit, as on a phone."""

from nicegui import ui

_SHOW = """
document.querySelectorAll('.desk-rail [aria-current], .desk-settings-tabs [aria-current]')
    .forEach((one) => one.scrollIntoView({ block: 'nearest', inline: 'center' }));
"""


def bring_into_sight() -> None:
    """Scroll the rail and the tabs of the settings to their current link."""
    ui.run_javascript(_SHOW)
