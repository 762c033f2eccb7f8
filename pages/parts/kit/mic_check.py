"""A trial of the microphone in the browser: whether a voice is heard. Nothing of it leaves the browser."""

from collections.abc import Callable
from enum import StrEnum

from nicegui.element import Element
from nicegui.events import GenericEventArguments


class MicResult(StrEnum):
    """What a trial showed."""

    HEARD = 'heard'
    SILENT = 'silent'
    DENIED = 'denied'
    """The browser, or the person, does not allow it."""
    ABSENT = 'absent'


class MicCheck(Element, component='mic_check.js'):
    """One invisible element; ``on_tried`` is called with the result of each trial."""

    def __init__(self, on_tried: Callable[[MicResult], None]) -> None:
        super().__init__()

        def arrived(event: GenericEventArguments) -> None:
            told = event.args.get('result') if isinstance(event.args, dict) else None
            if told in set(MicResult):
                on_tried(MicResult(str(told)))

        self.on('tried', arrived)

    def listen(self) -> None:
        """Listen for some seconds; the browser asks for its permission first."""
        self.run_method('listen')
