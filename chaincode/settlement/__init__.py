"""Settlement: accounts in integer fen, escrow, distribution policies, payouts and refunds.

Owns every balance. Its law: money is conserved to the fen; escrow is exactly the price of the lines
that are neither settled nor refunded; a payee's income does not depend on how orders are split.
Reading order: `records`, `accounts`, `money`, `distribution`, `policies`, `pools`, `closing`,
`payout`, `refund`, `disputes`, `statements`.
"""
