"""The floor, for Telegram."""

from benchmarks.bots.floor import main

main("telegram")
