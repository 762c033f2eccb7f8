"""Customers: the table at ``/desk/customers``, one of them at ``/desk/customers/{id}``."""

from nicegui import ui

from pages import shell
from pages.shell import Shell


def register(screens: shell.Screens) -> None:
    """Serve the customers' screens."""
    screens.add('/desk/customers', _customers)
    screens.add('/desk/customers/{customer_id}', _customer)


async def _customers(shell: Shell) -> None:
    ui.label('list')


async def _customer(shell: Shell, customer_id: str) -> None:
    ui.label(customer_id)
