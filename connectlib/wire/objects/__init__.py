"""Stripe-shaped objects, one file for each resource, made from core values."""
