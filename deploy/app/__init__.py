"""A small web service: a price list, searched and summed up."""
