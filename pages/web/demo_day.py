"""The played day that the login page of a local desk can start: ``make demo`` in a process of its own.

The process ends when its input closes, so that a desk that is killed leaves none behind.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

from desk.settings import Environment, Settings

MODULE = 'services.demo.day'
"""Named, not imported: the production image has no demo desk."""
SPEED = 10
END_SECONDS = 10.0


class DemoDay:
    """One day at a time, on a local desk only."""

    def __init__(self, settings: Settings) -> None:
        self.is_offered = settings.desk_env is Environment.LOCAL
        self._address = f'http://127.0.0.1:{settings.port}'
        self._home = str(settings.desk_home)
        self._process: Process | None = None

    @property
    def is_playing(self) -> bool:
        """Whether a day is being played by this process of the desk."""
        return self._process is not None and self._process.returncode is None

    async def toggle(self) -> None:
        """Start a day, or end the one that is being played."""
        if self._process is not None and self._process.returncode is None:
            await self._end(self._process)
            return
        arguments = ['--address', self._address, '--speed', str(SPEED), '--home', self._home]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, '-m', MODULE, *arguments, '--ends-with-input',
            stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL,
        )  # fmt: skip

    @staticmethod
    async def _end(process: Process) -> None:
        """Close the day's input; its agents go offline then."""
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            process.kill()
