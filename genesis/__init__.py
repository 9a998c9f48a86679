"""How a consortium is founded: plan, contributions of keys, document, homes, test networks."""
