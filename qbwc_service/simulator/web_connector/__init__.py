"""A simulated Web Connector: adds .qwc files, and runs update sessions over real HTTP."""
