"""Pictures of the screen, made from the demo by `make screenshots`."""
