"""The outline of JSON text against a real parser, wherever the chunks are cut."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diban.intake.formats import json_outline
from diban.intake.formats.json_outline import outline
from diban.intake.sandbox.wire import Refusal

_TEXT = st.text(alphabet=st.sampled_from('ab"\\[]{}:,楼crsfeatu\n'), max_size=12)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=12,
)
_ROOTS = st.fixed_dictionaries(
    {},
    optional={
        "features": st.lists(_VALUES, max_size=5),
        "crs": _VALUES,
        "name": _VALUES,
        "x": _VALUES,
        'a"': _VALUES,
    },
)


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


@settings(deadline=None)
@given(_ROOTS, st.integers(1, 40), st.booleans(), st.sampled_from([None, 2]))
def test_the_outline_is_what_a_parser_finds(
    root: dict[str, object], chunk: int, ascii_only: bool, indent: int | None
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_outline, "_CHUNK", chunk)
        path = Path(folder) / "upload"
        path.write_text(json.dumps(root, ensure_ascii=ascii_only, indent=indent), encoding="utf-8")
        found = outline(path, 100)
        assert found.members == {name: root[name] for name in ("name", "crs") if name in root}
        features = root.get("features")
        if isinstance(features, list):
            assert found.features == sum(isinstance(value, dict) for value in features)
        else:
            assert found.features is None
        outline(path, _depth(root))
        with pytest.raises(Refusal, match="nested-too-deep"):
            outline(path, _depth(root) - 1)


@pytest.mark.parametrize("text", ['{"a":"', '{"a":"\\"', "{", "{]}", "}", '{"a":["]}'])
def test_brackets_that_do_not_match_are_damage(text: str, tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_text(text)
    if text == "{]}":  # counted, not matched: which bracket closes which is for the parser
        with pytest.raises(Refusal):
            outline(path, 64)
        return
    with pytest.raises(Refusal, match="read-damaged"):
        outline(path, 64)


def test_large_files_are_looked_through_quickly(tmp_path: Path) -> None:
    feature = (
        '{"type":"Feature","properties":{"名称":"建筑","height":42.7},"geometry":{"type":"Polygon","coordinates":[['
        + (",".join(["[114.209557299760206,22.485562685773999]"] * 6) + "]]}},")
    )
    path = tmp_path / "upload"
    path.write_text('{"type":"FeatureCollection","features":[' + feature * 60_000 + "{}]}")
    begun = time.process_time()
    assert outline(path, 64).features == 60_001
    seconds_per_200_mb = (time.process_time() - begun) * 200e6 / path.stat().st_size
    assert seconds_per_200_mb < 3  # about 0.7 on an idle core


@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 18])
def test_nul_is_found_with_its_feature(chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_outline, "_CHUNK", chunk)
    texts = ["x", "a\0", "\\u0000", "\\\0", "x" * 100 + "\0" + "y" * 100]
    features = [{"type": "Feature", "properties": {"a": text, "b": {}}} for text in texts]
    path = tmp_path / "upload"
    path.write_text(json.dumps({"name": "\0", "features": features}))
    assert outline(path, 9).nul == [None, 2, 4, 5]
