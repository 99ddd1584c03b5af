"""The facts that cross a service's border: frozen, past tense, versioned."""
