"""Canaries: values planted in the rows of a holder, which no node may ever show (I10).

`canary` makes them and all their forms, `planting` puts them into source files, `playing` plays a
scenario with them and asks its nodes everything (`crawl`) while `recording` writes down what they
send; `sinks` gathers everything that a node keeps, says or answers, `scanner` looks for the ones in
the other. `one_person_twice` and `linking` look for what two matters have in common (I22).
"""
