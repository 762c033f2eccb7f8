"""Clients that leave in the middle of what they say cost a line in the log and no stack trace."""

PATHS = (
    '/preferences',
    '/talk',
    '/auth/login',
    '/chat/visits',
    '/customers',
    '/chat/visits/x/read',
)
