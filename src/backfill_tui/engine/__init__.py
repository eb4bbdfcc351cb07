"""The asynchronous shell that joins sources, progress and control, and publishes one frozen Snapshot a tick."""
