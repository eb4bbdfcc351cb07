"""What the user wants: the plan file as frozen settings, its dates, its thresholds, its calendar."""
