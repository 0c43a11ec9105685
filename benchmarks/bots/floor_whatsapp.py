"""The floor, for Whatsapp."""

from benchmarks.bots.floor import main

main("whatsapp")
