"""Parts that are played alike in every scenario; a scenario's own parts lie beside it."""
