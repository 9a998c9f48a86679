"""What the commands of the market operator, and of those who check it, say in English."""

from collections.abc import Mapping

VENUE_ENGLISH: Mapping[str, str] = {
    "venue.help": "Matching at a venue, and the proof that it followed the rule.",
    "venue.match.help": "Match supply and demand as the venue's market operator, until stopped.",
    "venue.replay.help": "Execute the chain again and judge every match by price, time and id.",
    "venue.option.as": "The market operator: a label of the test network, or a keystore.",
    "venue.option.venue": "Id of the venue.",
    "venue.option.once": "Stop once nothing fits.",
    "venue.option.genesis": "The founding document.",
    "venue.open": "Matching at {venue}; stop with Ctrl-C.",
    "venue.nothing": "Nothing fits now.",
    "venue.matches": "Matches, judged anew",
    "venue.follows": "All {count} matches up to block {height} followed the rule."
    " State root {root}",
    "venue.breached": "{breaches} of {count} matches did not follow the rule.",
    "column.match": "match",
    "column.supply": "supply",
    "column.demand": "demand",
    "column.price": "price in fen",
    "column.judgement": "judgement",
    "column.rival": "should have come instead",
    "venue.judgement.right": "followed the rule",
    "venue.judgement.unfit": "the two did not fit",
    "venue.judgement.price": "not the supply's price",
    "venue.judgement.supply_passed_over": "a better supply was passed over",
    "venue.judgement.demand_passed_over": "a better demand was passed over",
}
