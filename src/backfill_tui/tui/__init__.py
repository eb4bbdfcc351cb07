"""The screen. Only here is Textual imported."""
