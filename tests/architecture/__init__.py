"""What the house promises about itself: its documents, its tree, who writes what, what the contracts refuse."""
