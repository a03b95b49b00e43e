"""Files made to break decoders, and the processes that are to survive them."""
