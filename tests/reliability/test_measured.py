"""After tidying and erasing, catalogue and versions tell the extent and the count of what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from diban.app import Platform, work_once
from diban.ground import NOW, Extent, Scope
from diban.store import reading
from tests.reliability.acting import ENGINES
from tests.reliability.conftest import SMALL, TemplateOf
from tests.reliability.installation import ERASED, LAYER, SECURITY, Engine, Installation, Stage


def told(platform: Platform) -> tuple[int, Extent | None]:
    """What the catalogue says."""
    with reading(platform.database) as connection:
        layer = platform.catalogue.by_layer_slug(connection, LAYER).layer(LAYER)
    return layer.rows, layer.extent


def there(platform: Platform, made: Installation) -> tuple[int, Extent]:
    """What the rows themselves say."""
    snapshot = platform.base.at(made.layer, NOW, Scope.system("measured"))
    shapes = [wkb for batch in snapshot.batches() for wkb in batch.column("geometry").to_pylist()]
    return len(shapes), Extent(*(float(side) for side in shapely.total_bounds(shapely.from_wkb(shapes))))


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_told_is_what_is_there(engine: Engine, template: TemplateOf, tmp_path: Path) -> None:
    source = template(engine, Stage.ASKED, SMALL)
    with source.copy(tmp_path) as made, made.opened() as platform:
        before = told(platform)
        while work_once(platform):  # rows that ended are moved to the past
            pass
        assert told(platform) == there(platform, made)
        made.done("expunge", "--confirm", source.waiting, "--as", SECURITY)
        after = told(platform)
        assert after == there(platform, made)
        assert 0 < before[0] - after[0] <= ERASED
        assert all(one.extent for one in platform.base.history(made.layer))
