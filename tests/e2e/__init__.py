"""Real processes on loopback: started, killed, paused and cut off from each other."""
