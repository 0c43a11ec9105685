"""How fast it is, measured against a target that would be felt if it were missed."""
