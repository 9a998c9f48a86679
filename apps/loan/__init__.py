"""The inclusive-finance loan: a bank asks about real people, and everyone plays their own part.

Every party is a process of its own, with its own keystore, folder and node; the chain and a few
HTTP services are all they share. `python -m apps.loan` founds the consortium, starts everybody and
reports what the chain says happened.
"""
