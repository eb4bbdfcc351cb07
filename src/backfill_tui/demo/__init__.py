"""The simulated night: real processes that write real logs, checkpoints and tables."""
