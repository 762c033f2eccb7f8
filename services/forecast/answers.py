"""The question that is put to the simulation's process, and its answer."""

from pydantic import BaseModel, ConfigDict

from services.forecast.floor_state import Change, FloorNow
from services.forecast.forecasts import Forecast


class Question(BaseModel):
    """What would happen in so many seconds, as it is and with a change."""

    model_config = ConfigDict(frozen=True)

    floor: FloorNow
    change: Change
    seconds: float
    seed: int
    answer_by: float
    """When the answer is due, as ``time.monotonic()`` says it: all processes of a machine share that clock."""


class Answer(BaseModel):
    """Both futures, queue by queue, and over how many runs."""

    model_config = ConfigDict(frozen=True)

    runs: int
    """How often the queues that the change reaches were played; each of the others says it of itself."""
    as_it_is: tuple[Forecast, ...]
    changed: tuple[Forecast, ...]
