"""What happens later: durable steps, and the rules that plan them."""
