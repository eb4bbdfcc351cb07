"""How fast the product is and how much memory it takes: each module measures one thing, beside its yardstick."""
