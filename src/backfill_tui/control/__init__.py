"""What to do next: phase states, conflicts and alerts (pure)."""
