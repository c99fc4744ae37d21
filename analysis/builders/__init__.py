"""Where builds run: the lab; an agent, hosts, an engine."""
