"""Routes for the clock and the whole centre: save, restore, start over."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from desk.sandbox.connect.aws.app import AwsSide
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control.answers import REFUSED
from desk.sandbox.connect.control.shapes import (
    ClockMove,
    ClockView,
)
from desk.sandbox.connect.world.refusals import NotPossible

SNAPSHOT = {
    'requestBody': {
        'required': True,
        'content': {'application/json': {'schema': {'type': 'object'}}},
    }
}
SOFTPHONE = 'softphone.'


def router(centre: Centre, aws: AwsSide) -> APIRouter:
    """Return the routes for the clock and the whole centre."""
    api = APIRouter(tags=['centre'])

    @api.get('/health')
    async def health() -> ClockView:
        """Return the simulator's health and time."""
        return _time(centre)

    @api.post('/clock')
    async def move(wanted: ClockMove) -> ClockView:
        """Move, stop or release the clock; due events run in their order."""
        if wanted.held is not None:
            (centre.clock.hold if wanted.held else centre.clock.release)()
        centre.clock.advance(timedelta(seconds=wanted.advance))
        centre.faults.catch_up()
        centre.pass_time()
        return _time(centre)

    @api.get(
        '/state', response_class=Response, responses={200: {'content': {'application/json': {}}}}
    )
    async def keep() -> Response:
        """Return the whole centre, for a later restore."""
        centre.pass_time()
        return Response(centre.snapshot(), media_type='application/json')

    @api.put('/state', status_code=204, responses=REFUSED, openapi_extra=SNAPSHOT)
    async def bring_back(request: Request) -> None:
        """Restore a saved centre."""
        try:
            centre.restore(await request.body())
        except ValidationError as error:
            raise NotPossible('This is no snapshot') from error
        aws.forget()

    @api.delete('/state', status_code=204)
    async def start_over() -> None:
        """Start over with a fresh centre, without faults."""
        centre.start_over()
        aws.forget()
        await centre.settled()

    return api


def _time(centre: Centre) -> ClockView:
    return ClockView(now=centre.clock.now(), is_held=centre.clock.is_held)
