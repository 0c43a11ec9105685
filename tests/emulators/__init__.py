"""Emulated platforms, each a process of its own, and the clients by which tests drive them and read what happened."""

from tests.emulators.client import TelegramEmulator
from tests.emulators.whatsapp_client import WhatsAppEmulator

__all__ = ["TelegramEmulator", "WhatsAppEmulator"]
