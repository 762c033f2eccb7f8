"""What goes wrong on purpose, by switch and by script."""

from fastapi import APIRouter

from desk.sandbox.connect.aws.app import AwsSide
from desk.sandbox.connect.aws.models import catalogue
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control.answers import REFUSED
from desk.sandbox.connect.control.shapes import Dialling, FaultView, Switch
from desk.sandbox.connect.faults import ANY, ErrorFault, FaultChange, FaultStep
from desk.sandbox.connect.hand import Hand
from desk.sandbox.connect.world.refusals import NotThere

SOFTPHONE = 'softphone.'


def router(centre: Centre, aws: AwsSide, hand: Hand) -> APIRouter:
    """Serve the switches of what goes wrong."""
    api = APIRouter(tags=['faults'])
    faults = centre.faults

    def now() -> FaultView:
        return FaultView(
            plan=faults.plan, keeps_rates=aws.throttles.on, steps_left=faults.steps_left
        )

    @api.get('/faults')
    async def read() -> FaultView:
        """Return what goes wrong now."""
        return now()

    @api.patch('/faults', responses=REFUSED)
    async def change(wanted: FaultChange) -> FaultView:
        """Let something be otherwise; lists are replaced, what is not named stays."""
        check(wanted)
        faults.change(wanted)
        return now()

    @api.delete('/faults')
    async def clear() -> FaultView:
        """Let nothing go wrong, and forget the script."""
        faults.clear()
        return now()

    @api.post('/faults/errors', responses=REFUSED)
    async def add(fault: ErrorFault) -> FaultView:
        """Let one operation answer with an error."""
        check(FaultChange(errors=(fault,)))
        faults.add(fault)
        return now()

    @api.put('/faults/script', responses=REFUSED)
    async def play(steps: list[FaultStep]) -> FaultView:
        """Follow a script on the sandbox's clock, from now on, instead of any other."""
        for step in steps:
            check(step.change)
        faults.play(steps)
        return now()

    _outside(api, centre, aws, hand)
    return api


def _outside(api: APIRouter, centre: Centre, aws: AwsSide, hand: Hand) -> None:
    @api.put('/throttles', status_code=204)
    async def keep_rates(wanted: Switch) -> None:
        """Keep AWS's request rates, or not; every bucket is full again."""
        aws.throttles.on = wanted.on
        aws.throttles.reset()

    @api.put('/dialling', status_code=204)
    async def dial(wanted: Dialling) -> None:
        """Say which numbers never answer, and which must not be called."""
        hand.dial(silent=list(wanted.silent), forbidden=list(wanted.forbidden))

    @api.delete('/sockets', status_code=204)
    async def cut() -> None:
        """Cut every WebSocket once."""
        centre.faults.cut_sockets()


def check(change: FaultChange) -> None:
    """Refuse an operation that nobody has.

    Raises:
        NotThere: there is no such operation.
    """
    for fault in change.errors or ():
        known = fault.operation in catalogue().operations or fault.operation == ANY
        if not known and not fault.operation.startswith(SOFTPHONE):
            raise NotThere(f'There is no operation {fault.operation}')
