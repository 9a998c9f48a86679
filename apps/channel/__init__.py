"""The delivery channel: keeps ciphertexts by their root. It has no keys and can read nothing."""
