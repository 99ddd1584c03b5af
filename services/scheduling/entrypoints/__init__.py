"""How the world calls scheduling."""
