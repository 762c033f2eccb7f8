"""What programs speak: REST and the WebSocket, with the guide's paths and bodies."""
