"""The state of a chain in bounded pieces that prove themselves: for peers, backups and archives."""
