"""Emulated platforms, each a process of its own, and the clients by which tests drive them and read what happened."""

from tests.emulators.client import TelegramEmulator

__all__ = ["TelegramEmulator"]
