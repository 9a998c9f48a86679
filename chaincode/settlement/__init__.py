"""Settlement: accounts in integer fen, escrow, distribution policies, payouts, refunds and disputes.

Owns every balance. Its law: money is conserved to the fen; escrow is exactly the price of the lines
that are neither settled nor refunded; a payee's income does not depend on how orders are split.
Reading order: `records`, `accounts`, `distribution`, `policies`, `credit`, `payout`, `refund`.
"""
