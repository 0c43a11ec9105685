"""Somebody else was faster: what a form was made from has changed since."""


class Stale(Exception):
    """Nothing was changed."""
