"""How many people, and who: identity within and over parties, scope, counts."""
