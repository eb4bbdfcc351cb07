"""The rules of alerts: each looks at the night and says what is wrong, since when, and what to do. Pure."""
