"""Plays the time to come in processes of its own: ``python -m services.forecast.worker``, a question in, an answer out."""

import gc
import os
import sys

from desk.worker_process import bound_work
from services.forecast.answers import Question
from services.forecast.futures import answered

MOST_PLAYERS = 4
"""More would take a desk's other cores for little: the spread narrows with the root of the number of runs."""

if __name__ == '__main__':
    bound_work(cpu_seconds=20, memory_bytes=1 << 30, file_bytes=1 << 20)
    gc.disable()  # the process lives for a moment, and leaves no cycles that matter
    question = Question.model_validate_json(sys.stdin.read())
    players = min(os.cpu_count() or 1, MOST_PLAYERS)
    sys.stdout.write(answered(question, players=players).model_dump_json())
