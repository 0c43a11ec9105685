"""An emulated WhatsApp Cloud API: one business number, the people who write to it, and Meta's webhook."""
