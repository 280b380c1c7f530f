"""How it looks outside: parameters in, objects out, in Stripe's shapes."""
