"""What takes minutes: memory over thousands of renders, and of the largest pictures."""
