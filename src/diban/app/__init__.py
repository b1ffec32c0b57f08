"""App: the composition root (settings, wiring), the journeys, the worker, the server, the command line.

The only room that knows all others, names an engine's adapter, and reads settings.

Not here: any rule of its own; every step of a journey is a room's verb.
"""
