"""Kills, freezes and starves the real server under an emulated Telegram, and judges what is left by the ledger and the tables alone."""
