"""App: the composition root: settings, wiring, the journeys, the worker, the server, the command line.

The only room that knows all others, names an engine's adapter, and reads settings. Its face is for
whoever drives a whole platform from Python: tests, benchmarks, the demonstration.

Not here: any rule of its own; every step of a journey is a verb of another room.
"""

from diban.app.commands.terminal import explain
from diban.app.demo import PASSWORD, Demonstration, ask_everything, build_demo
from diban.app.journeys.accounting import add_user, new_key, new_password
from diban.app.journeys.delivery import carry, deliver, proceed
from diban.app.journeys.erasing import ask_to_erase, erase
from diban.app.journeys.founding import Welcome, found
from diban.app.journeys.granting import give, public_party, take_back
from diban.app.journeys.mapping import save_mapping, show_mapping
from diban.app.journeys.organising import import_organisation
from diban.app.journeys.publication import go_forward, step
from diban.app.journeys.receive import Letter, receive
from diban.app.journeys.registration import register
from diban.app.journeys.reviewing import decide_delivery
from diban.app.sample_city import Planted, SampleFile, Sort, write_city
from diban.app.server import serve_platform
from diban.app.settings import Settings, read_settings
from diban.app.wiring import Platform, build
from diban.app.work.worker import Worker, seal_once, work_once

__all__ = [
    "PASSWORD",
    "Demonstration",
    "Letter",
    "Planted",
    "Platform",
    "SampleFile",
    "Settings",
    "Sort",
    "Welcome",
    "Worker",
    "add_user",
    "ask_everything",
    "ask_to_erase",
    "build",
    "build_demo",
    "carry",
    "decide_delivery",
    "deliver",
    "erase",
    "explain",
    "found",
    "give",
    "go_forward",
    "import_organisation",
    "new_key",
    "new_password",
    "proceed",
    "public_party",
    "read_settings",
    "receive",
    "register",
    "save_mapping",
    "seal_once",
    "serve_platform",
    "show_mapping",
    "step",
    "take_back",
    "work_once",
    "write_city",
]
