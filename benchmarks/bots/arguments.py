"""What every bot here is told: where to listen, where the platforms are, where its database may be."""

import argparse


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api", required=True)
    parser.add_argument("--database", default="")
    parser.add_argument("--known", type=int, default=1000)
    parser.add_argument("--deliveries", type=int, default=0, help="messages that were sent before")
    parser.add_argument("--uvloop", action="store_true")
    return parser.parse_args()


TOKEN = "123456789:AAbench-of-sapa-pmi-is-not-a-real-token"
