"""Work that falls due: what the pump runs when its moment has come."""
