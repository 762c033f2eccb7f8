"""Every AWS operation that the desk calls, under its IAM name. ``AwsClient.call`` accepts no others.

``services.aws.policy`` derives the IAM permissions from this list.
"""

from enum import StrEnum


class Operation(StrEnum):
    """An operation, named ``service:Operation`` like an IAM action."""

    START_OUTBOUND_CALL = 'connect:StartOutboundVoiceContact'
    STOP_CONTACT = 'connect:StopContact'
    DESCRIBE_CONTACT = 'connect:DescribeContact'
    GET_ATTRIBUTES = 'connect:GetContactAttributes'
    SET_ATTRIBUTES = 'connect:UpdateContactAttributes'
    SUSPEND_RECORDING = 'connect:SuspendContactRecording'
    RESUME_RECORDING = 'connect:ResumeContactRecording'
    MONITOR_CONTACT = 'connect:MonitorContact'
    SET_USER_STATUS = 'connect:PutUserStatus'
    DISMISS_CONTACT = 'connect:DismissUserContact'
    LIST_USERS = 'connect:ListUsers'
    LIST_QUEUES = 'connect:ListQueues'
    LIST_STATUSES = 'connect:ListAgentStatuses'
    LIST_QUICK_CONNECTS = 'connect:ListQuickConnects'
    METRICS_NOW = 'connect:GetCurrentMetricData'

    QUEUE_ADDRESS = 'sqs:GetQueueUrl'
    RECEIVE_EVENTS = 'sqs:ReceiveMessage'
    DELETE_EVENT = 'sqs:DeleteMessage'

    LIST_SHARDS = 'kinesis:ListShards'
    SHARD_PLACE = 'kinesis:GetShardIterator'
    READ_SHARD = 'kinesis:GetRecords'

    PUT_OBJECT = 's3:PutObject'
    GET_OBJECT = 's3:GetObject'
    DELETE_OBJECT = 's3:DeleteObject'

    BATCH_SENTIMENT = 'comprehend:BatchDetectSentiment'

    BUCKET_REGION = 's3:GetBucketLocation'
    TOPIC = 'sns:GetTopicAttributes'
    PUBLISH = 'sns:Publish'

    @property
    def service(self) -> str:
        """The operation's service, as boto3 names it."""
        return self.value.partition(':')[0]

    @property
    def api_name(self) -> str:
        """The operation's name in the service's own model."""
        return self.value.partition(':')[2]
