"""What data there is and what may be made of it.

Resources, products, algorithms, notices, channels.
"""
