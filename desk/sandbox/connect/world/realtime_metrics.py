"""Real-time metrics, counted from the state itself.

A contact that rings at an agent still counts as in its queue, because it waits until it is accepted
(assumed).
"""

from collections.abc import Callable, Iterator

from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.core import Core
from desk.sandbox.connect.world.terms import (
    FAILED,
    TALKING,
    AgentContactState,
    Channel,
    QueueType,
    Stage,
    StatusType,
)


class RealtimeMetrics:
    """The current metrics. Create one for every request: it caches its counts."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._state = core.state

    def in_queue(self, queue_id: str, channel: Channel | None = None) -> int:
        """Return how many contacts wait in a queue, including ringing ones."""
        return len(list(self.waiting(queue_id, channel)))

    def scheduled(self, queue_id: str, channel: Channel | None = None) -> int:
        """Return how many scheduled contacts a queue will get."""
        return sum(
            contact.stage is Stage.SCHEDULED
            and contact.queue_id == queue_id
            and channel in {None, contact.channel}
            for contact in self._state.contacts.values()
        )

    def oldest_seconds(self, queue_id: str, channel: Channel | None = None) -> float:
        """Return the longest wait in seconds; 0 when no contact waits."""
        return max(
            (
                (self._core.now - contact.enqueued_at).total_seconds()
                for contact in self.waiting(queue_id, channel)
                if contact.enqueued_at
            ),
            default=0.0,
        )

    def waiting(self, queue_id: str, channel: Channel | None) -> Iterator[Contact]:
        """Yield the waiting contacts of a queue."""
        queue = self._state.queues[queue_id]
        for waiting_channel, places in queue.waiting.items():
            if channel in {None, waiting_channel}:
                yield from (self._state.contacts[place.contact_id] for place in places)
        for agent in self._state.agents.values():
            for held in agent.assignments.values():
                contact = self._state.contacts[held.contact_id]
                if (
                    held.is_live
                    and contact.stage is Stage.OFFERED
                    and contact.enqueued_at is not None
                    and contact.queue_id == queue_id
                    and channel in {None, contact.channel}
                ):
                    yield contact

    def agents(
        self,
        *,
        queue_id: str | None = None,
        profile_id: str | None = None,
        channel: Channel | None = None,
    ) -> list[Agent]:
        """Return the agents who serve a queue and channel, or have a routing profile."""
        return [
            agent
            for agent in self._state.agents.values()
            if profile_id in {None, agent.profile.routing_profile_id}
            and self._serves(agent, queue_id, channel)
        ]

    def count_agents(self, metric: str, agents: list[Agent] | None = None) -> int:
        """Return how many of these agents (by default all) a metric counts."""
        counted = list(self._state.agents.values()) if agents is None else agents
        return sum(AGENT_METRICS[metric](self, agent) for agent in counted)

    def slots(self, agents: list[Agent], channel: Channel | None) -> tuple[int, int]:
        """Return the used and free slots of these agents; only available agents have free ones."""
        channels = [channel] if channel else list(Channel)
        active = sum(agent.active(each) for agent in agents for each in channels)
        free = sum(self._free(agent, each) for agent in agents for each in channels)
        return active, free

    def is_online(self, agent: Agent) -> bool:
        """Whether the agent is at work in any status."""
        return self._core.is_online(agent)

    def is_routable(self, agent: Agent) -> bool:
        """Whether the agent's status allows contacts."""
        return self._state.statuses[agent.status_id].type is StatusType.ROUTABLE

    def is_available(self, agent: Agent) -> bool:
        """Whether the agent could be offered a contact now."""
        return self.is_routable(agent) and any(self._free(agent, each) for each in Channel)

    def _free(self, agent: Agent, channel: Channel) -> int:
        if not self.is_routable(agent) or agent.next_status_id is not None:
            return 0
        profile = self._state.profiles[agent.profile.routing_profile_id]
        busy_elsewhere = any(held.channel is not channel for held in agent.assignments.values())
        if busy_elsewhere and not profile.mixes_channels:
            return 0
        return max(0, profile.concurrency.get(channel, 0) - agent.active(channel))

    def _serves(self, agent: Agent, queue_id: str | None, channel: Channel | None) -> bool:
        if queue_id is None:
            profile = self._state.profiles[agent.profile.routing_profile_id]
            return channel is None or channel in profile.concurrency
        queue = self._state.queues[queue_id]
        if queue.type is QueueType.AGENT:
            return agent.queue_id == queue_id
        profile = self._state.profiles[agent.profile.routing_profile_id]
        return any(
            served.queue_id == queue_id and channel in {None, served.channel}
            for served in profile.served
        )


def _has(*states: AgentContactState) -> Callable[[RealtimeMetrics, Agent], bool]:
    wanted = frozenset(states)

    def claim(_live: RealtimeMetrics, agent: Agent) -> bool:
        return any(held.state in wanted for held in agent.assignments.values())

    return claim


def _is_unproductive(live: RealtimeMetrics, agent: Agent) -> bool:
    return live.is_online(agent) and not live.is_routable(agent)


def _is_on_call(_live: RealtimeMetrics, agent: Agent) -> bool:
    return any(
        held.state in TALKING and held.channel is Channel.VOICE
        for held in agent.assignments.values()
    )


def _is_staffed(live: RealtimeMetrics, agent: Agent) -> bool:
    return live.is_online(agent) and not _is_unproductive(live, agent)


AGENT_METRICS: dict[str, Callable[[RealtimeMetrics, Agent], bool]] = {
    'AGENTS_ONLINE': lambda live, agent: live.is_online(agent),
    'AGENTS_AVAILABLE': lambda live, agent: live.is_available(agent),
    'AGENTS_ON_CALL': _is_on_call,
    'AGENTS_ON_CONTACT': _has(*TALKING),
    'AGENTS_NON_PRODUCTIVE': _is_unproductive,
    'AGENTS_AFTER_CONTACT_WORK': _has(AgentContactState.ENDED),
    'AGENTS_ERROR': _has(*FAILED),
    'AGENTS_STAFFED': _is_staffed,
}
