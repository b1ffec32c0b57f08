"""The search index is kept: it follows the feed, forgets what was erased, and can be built anew."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from diban.app.journeys.naming import layer_names, names_of_features, names_of_resources
from diban.app.journeys.progress import Progress, silent
from diban.app.wiring import Platform
from diban.app.work.holding import holding
from diban.base import Snapshot
from diban.catalogue import ABOUT, RESOURCES, TITLE, Resource, Source, State, name_fields
from diban.ground import NOW, LayerId, Missing, ResourceId, Scope, TakenOver, Text, VersionId
from diban.store import Job, Unit, reading, this_process, unit

SEARCH = "search.follow"
"""The one job of the index, and its name as a reader of the feed; whoever holds it changes the index."""

LANDED, ERASED = "layer.landed", "layer.erased"
RESOURCE_KINDS = ("resource.entered", "resource.moved")
KINDS = (LANDED, ERASED, *RESOURCE_KINDS)
"""The kinds of entries of the feed that change what is found."""

LOOK_SECONDS = 0.5
REBUILT_SHARE = 0.5
"""From this share of a layer's rows on, building its names anew costs less than changing them."""
_SYSTEM = Scope.system("search index")
_REBUILT = "rebuilt"
_PAGE = 1_000


def follow(platform: Platform, progress: Progress = silent) -> bool:
    """Take what the feed has told since the last time into the index; whether there was anything.

    Nothing is done while another process is at it.
    """
    held = _take(platform) if _is_behind(platform) else None
    if held is None:
        return False
    with _holding(platform, held, progress) as index:
        index.catch_up()
    return True


def catch_up(platform: Platform, progress: Progress = silent) -> None:
    """`follow` until nothing is left to follow, waiting for whoever else is at it."""
    while _is_behind(platform):
        if not follow(platform, progress):
            time.sleep(LOOK_SECONDS)


def forget_erased(platform: Platform, layers: Iterable[LayerId]) -> None:
    """Let go of every name of features of which a row was erased, also of names that had ended.

    Called when the rows are gone from the base; done twice is done once.
    """
    with _holding(platform, _wait(platform), silent) as index:
        for layer in layers:
            index.forget_erased(layer)
        platform.search.tidy(erased=True)


def rebuild(platform: Platform, progress: Progress = silent) -> int:
    """Build the whole index anew while the present one is being asked; how many names it holds.

    Called again after an interruption, it goes on behind the layers that are done.
    """
    with _holding(platform, _wait(platform), progress) as index:
        index.rebuild()
        index.catch_up()
    with reading(platform.database) as connection:
        return platform.search.count(connection)


@dataclass(frozen=True, slots=True)
class _Index:
    """The index in the hands of who holds its job."""

    platform: Platform
    held: Job
    progress: Progress

    def catch_up(self) -> None:
        """Follow the feed to its end; what was shown before is shown until its successor is whole."""
        self.platform.search.tidy()
        with reading(self.platform.database) as connection:
            position = self.platform.feed.cursor(connection, SEARCH)
        while True:
            with reading(self.platform.database) as connection:
                entries = self.platform.feed.after(connection, position)
            if not entries:
                break
            subjects = {
                kind: sorted({each.subject for each in entries if each.kind == kind}) for kind in KINDS
            }
            self._resources([ResourceId(name) for kind in RESOURCE_KINDS for name in subjects[kind]])
            for name in subjects[ERASED]:
                self.forget_erased(LayerId(name))
            for name in subjects[LANDED]:
                self.show(LayerId(name))
            position = entries[-1].position
            with self._act() as act:
                self.platform.feed.advance(act, SEARCH, position)
        self.platform.search.tidy()

    def rebuild(self) -> None:
        """Everything anew, one subject after the other; which are done stands in the job."""
        self.platform.search.tidy()
        done = self._done()
        with reading(self.platform.database) as connection:
            layers = self.platform.catalogue.layers_of(connection, None)
        if RESOURCES not in done:
            self._build_resources()
            self._keep_done(done, RESOURCES)
        for layer in layers:
            if layer not in done:
                self.show(layer, anew=True)
                self._keep_done(done, layer)
        with reading(self.platform.database) as connection:
            known = self.platform.search.sources(connection)
        self._close([each for each in known if each.subject not in (RESOURCES, *layers)])
        self._keep_done([], None)

    def forget_erased(self, layer: LayerId) -> None:
        """Write every segment anew that ever held a name of a feature with erased rows."""
        touched = self.platform.base.erased(layer)
        snapshot = self.platform.base.at(layer, NOW, _SYSTEM)
        with reading(self.platform.database) as connection:
            sources = self.platform.search.sources(connection, layer)
        for source in sources:
            self._change(source, snapshot, touched, erased=True)

    def show(self, layer: LayerId, *, anew: bool = False) -> None:
        """Let the index show the layer's current version, if it is published and has names; else nothing."""
        fields, snapshot = self._fields(layer), self.platform.base.at(layer, NOW, _SYSTEM)
        version = snapshot.version
        with reading(self.platform.database) as connection:
            known = {each.field: each for each in self.platform.search.sources(connection, layer)}
        wanted = fields if version is not None else ()
        self._close([source for field, source in known.items() if field not in wanted])
        if version is None or not wanted:
            return
        with self._act() as act:
            sources = [self.platform.search.open(act, layer, field) for field in wanted]
        fresh = []
        for source in sources:
            if source.version == version.id and not anew:
                continue
            touched = None if anew or source.version is None else self._touched(layer, source.version)
            if touched is None or len(touched) > REBUILT_SHARE * version.rows:
                fresh.append(source)
            else:
                self._change(source, snapshot, touched)
        self._build(fresh, snapshot)

    def _fields(self, layer: LayerId) -> tuple[str, ...]:
        """The fields of names of a layer whose resource is published."""
        try:
            with reading(self.platform.database) as connection:
                resource = self.platform.catalogue.by_layer(connection, layer)
        except Missing:
            return ()
        return name_fields(self.platform.base.schema(layer)) if resource.state is State.PUBLISHED else ()

    def _touched(self, layer: LayerId, since: str) -> list[int]:
        base = self.platform.base
        return sorted({*base.touched(layer, VersionId(since)), *base.erased(layer)})

    def _change(
        self, source: Source, snapshot: Snapshot, touched: list[int], *, erased: bool = False
    ) -> None:
        fresh = names_of_features(snapshot, source.field, touched)
        change = self.platform.search.prepare(source, touched, fresh, erased=erased)
        version = None if snapshot.version is None else snapshot.version.id
        with self._act() as act:
            self.platform.search.apply(act, source, change, source.version if erased else version)

    def _build(self, sources: list[Source], snapshot: Snapshot) -> None:
        """The names of a layer's fields, read in one pass."""
        if not sources:
            return
        assert snapshot.version is not None
        builders = [self.platform.search.builder(source) for source in sources]
        done = 0
        for rows, names in layer_names(snapshot, tuple(source.field for source in sources)):
            for builder, some in zip(builders, names, strict=True):
                builder.add(some)
            done += rows
            self.progress("index", done, snapshot.version.rows)
        segments = [builder.finish() for builder in builders]
        with self._act() as act:
            for source, built in zip(sources, segments, strict=True):
                self.platform.search.replace(act, source, built, snapshot.version.id)

    def _resources(self, ids: list[ResourceId]) -> None:
        """Take resources anew, and their layers, which may be shown from now on or no longer."""
        if not ids:
            return
        with self._act() as act:
            numbers = self.platform.search.resource_numbers(act, ids)
            found = self.platform.catalogue.some(act.connection, ids)
        touched = sorted(numbers.values())
        for field, names in names_of_resources(self.platform, found, numbers).items():
            with self._act() as act:
                source = self.platform.search.open(act, RESOURCES, field)
            change = self.platform.search.prepare(source, touched, names)
            with self._act() as act:
                self.platform.search.apply(act, source, change, None)
        for layer in (layer.layer for one in found for layer in one.layers):
            if layer is not None:
                self.show(layer)

    def _build_resources(self) -> None:
        search = self.platform.search
        with self._act() as act:
            sources = {field: search.open(act, RESOURCES, field) for field in (TITLE, ABOUT)}
        builders = {field: search.builder(source) for field, source in sources.items()}
        done = 0
        for page in self._every_resource():
            with self._act() as act:
                numbers = search.resource_numbers(act, [one.id for one in page])
            for field, names in names_of_resources(self.platform, page, numbers).items():
                builders[field].add(names)
            done += len(page)
            self.progress("index", done, None)
        segments = {field: builder.finish() for field, builder in builders.items()}
        with self._act() as act:
            for field, source in sources.items():
                search.replace(act, source, segments[field], None)

    def _every_resource(self) -> Iterator[Sequence[Resource]]:
        """All resources, page by page."""
        after = ""
        while True:
            with reading(self.platform.database) as connection:
                page = self.platform.catalogue.list(connection, tuple(State), after=after, limit=_PAGE)
            if not page:
                return
            yield page
            after = page[-1].slug

    def _close(self, sources: Iterable[Source]) -> None:
        for source in sources:
            with self._act() as act:
                self.platform.search.close(act, source)

    def _done(self) -> list[str]:
        kept = (self.held.resume or {}).get(_REBUILT)
        return [str(name) for name in kept] if isinstance(kept, list) else []

    def _keep_done(self, done: list[str], also: str | None) -> None:
        if also is not None:
            done.append(also)
        with unit(self.platform.database) as act:
            self.platform.jobs.report(act, self.held, len(done), None, {_REBUILT: done})

    @contextmanager
    def _act(self) -> Iterator[Unit]:
        """An act that is undone when the job was taken away: two at a time would remove each other's work."""
        with unit(self.platform.database) as act:
            yield act
            if not self.platform.jobs.renew(act, self.held):
                raise TakenOver(
                    Text(zh="检索索引由他处接手", en="the search index was taken over"),
                    field=self.held.id,
                    remedy=Text(zh="稍候查看其状态", en="look at its state in a moment"),
                )


def _is_behind(platform: Platform) -> bool:
    with reading(platform.database) as connection:
        return platform.feed.cursor(connection, SEARCH) < platform.feed.head(connection)


def _take(platform: Platform) -> Job | None:
    with unit(platform.database) as act:
        platform.jobs.enqueue(act, SEARCH, SEARCH, {})
        return platform.jobs.take(act, SEARCH, this_process(), again=True)


def _wait(platform: Platform) -> Job:
    while (held := _take(platform)) is None:
        time.sleep(LOOK_SECONDS)
    return held


@contextmanager
def _holding(platform: Platform, held: Job, progress: Progress) -> Iterator[_Index]:
    with holding(platform.database, platform.jobs, held) as tell:

        def both(step: str, done: int, total: int | None) -> None:
            tell(step, done, total)
            progress(step, done, total)

        yield _Index(platform, held, both)
