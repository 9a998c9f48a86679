"""Who floods a network and who only wants to use it, each a process of its own."""
