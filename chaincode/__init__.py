"""World state and the native transaction types: one package for each area of the business."""
