"""The front ends without a screen. Only here is stdout written."""
