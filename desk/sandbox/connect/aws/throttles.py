"""Rate limits: token buckets with the rates of the service quotas (requests a second, burst).

Control-plane buckets are shared by all users of an account and Region; participant buckets by
instance. The simulator has one instance in one account, so both are one bucket for each operation.
Time is the world's, so that tests can move it.
"""

from datetime import datetime

DEFAULT = (2.0, 5)
RATES: dict[str, tuple[float, int]] = {
    'connect.GetCurrentMetricData': (5, 8),
    'connect.GetMetricData': (5, 8),
    'connect.GetMetricDataV2': (10, 10),
    'connect.GetCurrentUserData': (2, 5),
    'connect.SearchContacts': (0.5, 1),
    'connect.StartChatContact': (5, 8),
    'connect.StartContactStreaming': (5, 8),
    'connect.StopContactStreaming': (5, 8),
    'connect.CreateParticipant': (5, 8),
    'connect.UpdateParticipantRoleConfig': (5, 8),
    'connect.CreatePersistentContactAssociation': (5, 8),
    'connect.GetContactAttributes': (10, 15),
    'connect.UpdateContactAttributes': (10, 15),
    'connect.DescribeContact': (10, 15),
    'connect.StopContact': (10, 15),
    'connect.UpdateContact': (10, 15),
    'connect.ListContactReferences': (10, 15),
    'connect.TagContact': (20, 25),
    'connect.UpdateContactRoutingData': (20, 20),
    'connect.SendChatIntegrationEvent': (17, 26),
    'connectparticipant.SendMessage': (10, 15),
    'connectparticipant.SendEvent': (10, 15),
    'connectparticipant.CreateParticipantConnection': (6, 9),
    'connectparticipant.GetTranscript': (8, 12),
    'connectparticipant.GetAttachment': (8, 12),
    'connectparticipant.DisconnectParticipant': (3, 5),
    'connect-contact-lens.ListRealtimeContactAnalysisSegments': (1, 2),
    'comprehend.DetectSentiment': (20, 20),
    'comprehend.BatchDetectSentiment': (10, 10),
}


class Throttles:
    """Buckets that fill with time; each request takes one token."""

    def __init__(self, *, on: bool = True) -> None:
        self.on = on
        self._buckets: dict[str, tuple[float, datetime]] = {}

    def admits(self, key: str, now: datetime) -> bool:
        """Take a token for a request of this operation; return whether there was one."""
        if not self.on:
            return True
        rate, burst = RATES.get(key, DEFAULT)
        left, since = self._buckets.get(key, (float(burst), now))
        left = min(burst, left + (now - since).total_seconds() * rate)
        admitted = left >= 1
        self._buckets[key] = (left - admitted, now)
        return admitted

    def reset(self) -> None:
        """Fill all buckets."""
        self._buckets.clear()
