"""Keys for Japanese names, kana, addresses, telephone numbers and dates.

Every function takes an expression (or a column's name) and gives an expression: no Python
runs per row, so all of them work in a lazy, streaming frame. A key is for comparing; what is
shown to a reader is always the text as it stood.
"""
