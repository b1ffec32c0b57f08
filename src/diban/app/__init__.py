"""App: the composition root: settings, wiring, the journeys, the worker, the server, the command line.

The only room that knows all others, names an engine's adapter, and reads settings. Its face is for
whoever drives a whole platform from Python: tests, benchmarks, the demonstration.

Not here: any rule of its own; every step of a journey is a verb of another room.
"""

from diban.app.commands.terminal import explain
from diban.app.demo import PASSWORD, Demonstration, ask_everything, build_demo
from diban.app.journeys.accounting import add_user, new_key, new_password
from diban.app.journeys.answering import answer
from diban.app.journeys.bureau import Bureau
from diban.app.journeys.columns import columns_of
from diban.app.journeys.delivery import carry, deliver, proceed
from diban.app.journeys.describing import Described, describe
from diban.app.journeys.erasing import ask_to_erase, erase
from diban.app.journeys.faulty import faulty_rows, forget_faulty
from diban.app.journeys.founding import PUBLIC, Welcome, found
from diban.app.journeys.granting import give, public_party, take_back
from diban.app.journeys.indexing import catch_up, follow, rebuild
from diban.app.journeys.mapping import save_mapping, show_mapping
from diban.app.journeys.organising import import_organisation
from diban.app.journeys.preview import forget_previews, keep_preview
from diban.app.journeys.publication import go_forward, step
from diban.app.journeys.receive import Letter, receive
from diban.app.journeys.registration import register
from diban.app.journeys.repairing import accept_repairs, settle_repairs
from diban.app.journeys.reviewing import decide_delivery
from diban.app.journeys.road import Road
from diban.app.journeys.transferring import transfer
from diban.app.journeys.withdrawing import withdraw
from diban.app.sample_city import Planted, Round, SampleFile, Verdict, write_city
from diban.app.server import serve_platform, services_of
from diban.app.settings import Settings, read_settings
from diban.app.wiring import Platform, build
from diban.app.work.worker import Worker, follow_once, seal_once, sweep_once, work_once

__all__ = [
    "PASSWORD",
    "PUBLIC",
    "Bureau",
    "Demonstration",
    "Described",
    "Letter",
    "Planted",
    "Platform",
    "Road",
    "Round",
    "SampleFile",
    "Settings",
    "Verdict",
    "Welcome",
    "Worker",
    "accept_repairs",
    "add_user",
    "answer",
    "ask_everything",
    "ask_to_erase",
    "build",
    "build_demo",
    "carry",
    "catch_up",
    "columns_of",
    "decide_delivery",
    "deliver",
    "describe",
    "erase",
    "explain",
    "faulty_rows",
    "follow",
    "follow_once",
    "forget_faulty",
    "forget_previews",
    "found",
    "give",
    "go_forward",
    "import_organisation",
    "keep_preview",
    "new_key",
    "new_password",
    "proceed",
    "public_party",
    "read_settings",
    "rebuild",
    "receive",
    "register",
    "save_mapping",
    "seal_once",
    "serve_platform",
    "services_of",
    "settle_repairs",
    "show_mapping",
    "step",
    "sweep_once",
    "take_back",
    "transfer",
    "withdraw",
    "work_once",
    "write_city",
]
