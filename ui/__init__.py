"""The page: what Mustanad looks like in a browser."""
