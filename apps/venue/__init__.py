"""The venue: a market operator that matches by the published rule, and a replayer as proof."""
