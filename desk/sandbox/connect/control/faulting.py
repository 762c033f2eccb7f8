"""Routes for simulated faults, by switch and by script."""

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
    """Return the routes for simulated faults."""
    api = APIRouter(tags=['faults'])
    faults = centre.faults

    def now() -> FaultView:
        return FaultView(
            plan=faults.plan, keeps_rates=aws.throttles.on, steps_left=faults.steps_left
        )

    @api.get('/faults')
    async def read() -> FaultView:
        """Return the current faults."""
        return now()

    @api.patch('/faults', responses=REFUSED)
    async def change(wanted: FaultChange) -> FaultView:
        """Change faults; lists are replaced, fields that are not set stay."""
        check(wanted)
        faults.change(wanted)
        return now()

    @api.delete('/faults')
    async def clear() -> FaultView:
        """Clear all faults and the script."""
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
        """Follow a script on the simulator's clock, from now on, in place of an earlier one."""
        for step in steps:
            check(step.change)
        faults.play(steps)
        return now()

    _outside(api, centre, aws, hand)
    return api


def _outside(api: APIRouter, centre: Centre, aws: AwsSide, hand: Hand) -> None:
    @api.put('/throttles', status_code=204)
    async def keep_rates(wanted: Switch) -> None:
        """Turn AWS's rate limits on or off; all buckets are refilled."""
        aws.throttles.on = wanted.on
        aws.throttles.reset()

    @api.put('/dialling', status_code=204)
    async def dial(wanted: Dialling) -> None:
        """Set the numbers that never answer, and those that must not be called."""
        hand.dial(silent=list(wanted.silent), forbidden=list(wanted.forbidden))

    @api.delete('/sockets', status_code=204)
    async def cut() -> None:
        """Close every WebSocket once."""
        centre.faults.cut_sockets()


def check(change: FaultChange) -> None:
    """Refuse a fault for an unknown operation.

    Raises:
        NotThere: the operation does not exist.
    """
    for fault in change.errors or ():
        known = fault.operation in catalogue().operations or fault.operation == ANY
        if not known and not fault.operation.startswith(SOFTPHONE):
            raise NotThere(f'There is no operation {fault.operation}')
