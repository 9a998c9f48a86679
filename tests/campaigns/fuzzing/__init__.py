"""Structure-aware fuzzing of everything that reads bytes from outside."""
