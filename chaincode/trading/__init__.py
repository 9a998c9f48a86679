"""Trading: price ceilings, listings, demands, matches, and orders with their lines.

Owns prices, listings and the state of every order line from placing to settlement. Its law: an
order names a listing whose rights hold now, puts its price in escrow, and reserves exactly one use
of a consent for each line about a person. Reading order: `records`, `prices`, `conditions`,
`listings`, `demands`, `withdrawal`, `fitting`, `matching`, `placement`, `orders`, `standing`,
`lines`, `duties`.
"""
