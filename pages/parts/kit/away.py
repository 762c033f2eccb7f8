"""The page while its server is away: disabled buttons take no keys, and choices go into the address."""

from nicegui.element import Element

FORM_IN_ADDRESS = 'data-address'
"""Marks a form whose field names are the address's parameters: choices made while the server is away go into the address."""


class Away(Element, component='away.js', dependencies=['desk_*.js']):
    """One invisible element a page."""
