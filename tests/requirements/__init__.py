"""Every requirement of the domain with its rule, its code and a test that needs the rule.

`table.ROWS` is the source of `docs/requirements.md`. `python -m tests.requirements` takes each rule
out of the product in turn and sees its test turn red.
"""
