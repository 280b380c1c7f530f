"""Bank rails: what carries a payout to a bank account."""
