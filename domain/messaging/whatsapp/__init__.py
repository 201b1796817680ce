"""WhatsApp: the templates we may send, what became of each message, and what people write back."""
