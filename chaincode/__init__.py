"""World state and the native transaction types.

The business of the city's data, one package for each area.
"""
