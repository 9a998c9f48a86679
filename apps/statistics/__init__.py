"""Group statistics: figures about many, computed in the holder's own process, and five attacks.

A holder has rows of a thousand people; not one row ever leaves its process. A research institute
and a consultant ask for counts and sums of groups, and try to learn about single persons.
"""
