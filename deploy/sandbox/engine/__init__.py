"""How money moves: state machines of payments, refunds, disputes and bank debits."""
