"""What screens are made of: the phases table, the calendar, the log."""
