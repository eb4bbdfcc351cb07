"""What we see: bytes, JSON and processes become observations. Nothing here decides what they mean."""
