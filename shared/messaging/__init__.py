"""The bus: facts leave through an outbox, arrive through an inbox, and none is lost between."""
