"""Erlang C and Erlang A: what queueing theory says of one queue whose agents do one contact at a time.

The oracle of the simulation where both hold; the floor itself has several queues, chats beside each other and breaks,
which these formulas do not know.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OneQueue:
    """One queue: contacts come at random, and take and wait for exponentially distributed times."""

    agents: int
    arrivals_per_second: float
    handling_seconds: float
    patience_seconds: float = math.inf

    @property
    def load(self) -> float:
        """Return the offered load in Erlang: how many agents are busy on average when nobody has to wait."""
        return self.arrivals_per_second * self.handling_seconds


def wait_probability(queue: OneQueue) -> float:
    """Return the share of contacts that wait at all (Erlang C), from 0 to 1; 1 for more load than agents."""
    if queue.load >= queue.agents:
        return 1.0
    blocked = 1.0  # Erlang B, by its recursion over the number of agents
    for agents in range(1, queue.agents + 1):
        blocked = queue.load * blocked / (agents + queue.load * blocked)
    return blocked / (1 - queue.load / queue.agents * (1 - blocked))


def service_level(queue: OneQueue, seconds: float) -> float:
    """Return the share answered within so many seconds (Erlang C), from 0 to 1."""
    waits = wait_probability(queue)
    spare = queue.agents - queue.load
    if spare <= 0:
        return 0.0
    return 1 - waits * math.exp(-spare * seconds / queue.handling_seconds)


def abandoned_share(queue: OneQueue) -> float:
    """Return the share that gives up (Erlang A), from 0 to 1: the queue as a birth and death process, summed."""
    served, gives_up = 1 / queue.handling_seconds, 1 / queue.patience_seconds
    weight, total, lost = 1.0, 1.0, 0.0
    for present in range(1, 100_000):
        waiting = max(0, present - queue.agents)
        leaving = min(present, queue.agents) * served + waiting * gives_up
        weight *= queue.arrivals_per_second / leaving
        total += weight
        lost += weight * waiting * gives_up
        if waiting and weight < total * 1e-12:
            break
    return lost / total / queue.arrivals_per_second
