"""A look at one node: its home folder, its data where it is stopped, its answers where it runs."""
