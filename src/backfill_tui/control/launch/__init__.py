"""Starting what was intended, once, and finding out what became of it: run folders, the launcher, its shim."""
