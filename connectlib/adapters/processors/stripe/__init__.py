"""Stripe as the processor: it moves the card money, the books stay here.

The SDK is imported when a `StripeProcessor` is made, not when this is.
"""

from __future__ import annotations

from connectlib.adapters.processors.stripe.processor import StripeProcessor
from connectlib.adapters.processors.stripe.transport import MissingSdk, StripeFault

__all__ = ["MissingSdk", "StripeFault", "StripeProcessor"]
