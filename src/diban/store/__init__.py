"""Store: the one database, originals under their hash, jobs, feed and generation.

A `Unit` is the transaction of one act; rooms above declare their tables on `metadata` and write
through the unit's connection. Bulk rows of layers are not here: the base writes them.

Not here: what any table of another room means, who may do something, HTTP.

Imports: ground; SQLAlchemy, alembic, psycopg, pysqlite3, orjson.
"""

from diban.store.acts import Unit, glancing, reading, unit
from diban.store.blobs import Blobs, FolderBlobs
from diban.store.counters import advance, value_of
from diban.store.database import Database, is_outage, prepare_sqlite, sqlite_url, translate
from diban.store.feed import Entry, Feed
from diban.store.files import keep_file, sync_folder, translating_disk
from diban.store.generation import Generation
from diban.store.job_lines import JOB_STATES, JobLine, find_job, job_counts, job_lines, logged
from diban.store.jobs import Job, Jobs, JobStanding
from diban.store.migrate import is_current, migrate
from diban.store.processes import may_be_alive, this_process
from diban.store.tables import metadata, setting

__all__ = [
    "JOB_STATES",
    "Blobs",
    "Database",
    "Entry",
    "Feed",
    "FolderBlobs",
    "Generation",
    "Job",
    "JobLine",
    "JobStanding",
    "Jobs",
    "Unit",
    "advance",
    "find_job",
    "glancing",
    "is_current",
    "is_outage",
    "job_counts",
    "job_lines",
    "keep_file",
    "logged",
    "may_be_alive",
    "metadata",
    "migrate",
    "prepare_sqlite",
    "reading",
    "setting",
    "sqlite_url",
    "sync_folder",
    "this_process",
    "translate",
    "translating_disk",
    "unit",
    "value_of",
]
