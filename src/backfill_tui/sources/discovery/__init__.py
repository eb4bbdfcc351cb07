"""Finding backfills that run on this machine, without being told: command lines, open files, checkpoints."""
