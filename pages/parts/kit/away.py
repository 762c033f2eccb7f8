"""What a page does by itself while its server is away: dead buttons take no keys, choices go into the address."""

from nicegui.element import Element

FORM_IN_ADDRESS = 'data-address'
"""Marks a form whose fields an address names as they are named: what is chosen in it while the server is away is kept there."""


class Away(Element, component='away.js', dependencies=['desk_*.js']):
    """One invisible element a page."""
