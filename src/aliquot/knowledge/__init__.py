"""What is known, with the parent of every number: cards, their schema, and how to look them up."""
