"""Canaries: values planted in the rows of a holder, which no node may ever show (I10).

`canary` makes them and all their forms, `planting` puts them into source files, `sinks` gathers
everything that a node keeps, says or answers, `scanner` looks for the ones in the other.
"""
