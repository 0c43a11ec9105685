"""The floor, for Web."""

from benchmarks.bots.floor import main

main("webchat")
