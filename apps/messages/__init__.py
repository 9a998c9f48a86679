"""Texts that people read, in English and Chinese; the locale decides which."""

from apps.messages.texts import Texts, preferred_language

__all__ = ["Texts", "preferred_language"]
