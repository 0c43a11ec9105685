"""The Telegram Bot API server, emulated: its rules, its refusals, its failures, and a ledger of what really happened."""
