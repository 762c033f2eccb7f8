"""The web side of the desk: screens, their parts, the REST API and the WebSocket."""
