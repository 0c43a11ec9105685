"""The bots beside which ours is measured: each a process of its own that takes `--port` and `--api`."""
