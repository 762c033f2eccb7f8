"""The objects that all parts of one open page share: centre, hand, language, results of actions."""

from collections.abc import Callable
from datetime import timedelta

from nicegui import ui
from pydantic import ValidationError

from desk.sandbox.connect.aws.app import AwsSide
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control import views
from desk.sandbox.connect.control.floor import Floor
from desk.sandbox.connect.control.load.player import Player
from desk.sandbox.connect.control.views import ContactView
from desk.sandbox.connect.control.words import Words
from desk.sandbox.connect.world.refusals import NotThere, Refusal


class Unreadable(ValueError):  # noqa: N818 - bad input, not a program error
    """Typed text cannot be used; the message tells the reader why, in their language."""


class OpenPage:
    """One open page."""

    def __init__(
        self, centre: Centre, aws: AwsSide, player: Player, floor: Floor, words: Words
    ) -> None:
        self.centre = centre
        self.aws = aws
        self.player = player
        self.hand = player.hand
        self.floor = floor
        self.words = words
        self.drawn_after: Callable[[], None] = lambda: None

    def do(self, act: Callable[[], object], said: str = '') -> None:
        """Do something, report the result, and redraw the floor."""
        w = self.words
        try:
            act()
        except NotThere as refusal:
            self._stay(w('찾을 수 없습니다: {reason}', reason=refusal))
        except Refusal as refusal:
            self._stay(w('지금은 할 수 없습니다: {reason}', reason=refusal))
        except ValidationError as error:
            self._stay(w('읽을 수 없습니다: {reason}', reason=error.errors()[0]['msg']))
        except Unreadable as error:
            self._stay(w('읽을 수 없습니다: {reason}', reason=error))
        else:
            ui.notify(w(said or '적용했습니다'), type='positive', timeout=2000)
        self.floor.view(fresh=True)
        self.drawn_after()

    def move_clock(self, seconds: float) -> None:
        """Move the clock forward."""
        self.centre.clock.advance(timedelta(seconds=seconds))
        self.centre.faults.catch_up()
        self.centre.pass_time()

    def contact(self, contact_id: str) -> ContactView | None:
        """Return a contact with its conversation; ``None`` when it does not exist (any more)."""
        with self.centre.acting() as world:
            found = world.state.contacts.get(contact_id)
            return views.contact(world, found) if found else None

    def _stay(self, text: str) -> None:
        ui.notify(text, type='negative', timeout=6000, close_button=self.words('닫기'))
