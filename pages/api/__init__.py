"""The REST API and the WebSocket for programs, with the guide's paths and bodies."""
