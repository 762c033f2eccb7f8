"""Pressing a button on a page that has several of one name: the newest, as a person does in the dialog that has opened."""

from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from pages.parts.kit.markup import Piece


def press(user: User, text: str) -> None:
    """Press the newest button that says exactly this."""
    found = [
        one
        for one in user.find(text).elements
        if isinstance(one, Piece) and one.inside.striptags() == text
    ]
    UserInteraction(user, {max(found, key=lambda one: one.id)}, text).click()
