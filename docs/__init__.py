"""Pages about the product. Those that describe what the code already says are made of it, by `make docs`."""
