"""A package held against a run from the outside: by what its files hold, not by who wrote them."""
