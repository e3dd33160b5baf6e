"""Ways to begin a policy: statements added to a text, templates, plain choices, recorded activity.

Pure: no pages and no database.
"""
