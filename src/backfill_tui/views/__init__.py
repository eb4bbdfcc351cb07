"""Snapshot to words: formats, bars, calendar blocks, the JSON of the contract. Pure; for every front end."""
