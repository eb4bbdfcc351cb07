"""Dialects: named patterns, as data, that turn the lines of a job's log into events."""
