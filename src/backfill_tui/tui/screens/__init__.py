"""What fills the terminal: the dashboard, a phase, help."""
