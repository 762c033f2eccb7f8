"""What is remembered of a method's signature is what NiceGUI would find."""

import inspect

import pytest
from nicegui import helpers, ui
from nicegui.helpers.functions import expects_arguments as asked
from nicegui.testing import User

from pages.web import signatures


class Handlers:
    def none(self) -> None: ...
    def one(self, event: object) -> None: ...
    def optional(self, event: object = None) -> None: ...

    @classmethod
    def of_class(cls, event: object) -> None: ...


def test_remembered_answers_are_right() -> None:
    first, second = Handlers(), Handlers()
    handlers = [
        *(getattr(one, name) for one in (first, second) for name in ('none', 'one', 'optional', 'of_class')),
        lambda: None,
        lambda event: event,
        print,
    ]  # fmt: skip

    for _ in range(2):
        assert [signatures.expects_arguments(one) for one in handlers[:-1]] == [asked(one) for one in handlers[:-1]]  # fmt: skip


async def test_elements_of_a_page_ask_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    await user.open('/desk')
    looked_at: list[object] = []
    usual = inspect.signature
    monkeypatch.setattr('nicegui.helpers.functions.signature', lambda one: looked_at.append(one) or usual(one))  # fmt: skip

    with user:
        for _ in range(50):
            ui.label('x').classes('y').props('z')

    assert helpers.expects_arguments is signatures.expects_arguments
    assert len(looked_at) < 10
