"""What people touch: the clients, their resources and their errors."""
