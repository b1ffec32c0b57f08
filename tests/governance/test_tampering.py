"""T-AUDIT: any edit, deletion, swap, reorder or tail cut, anywhere, is named by the verifier."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from diban.governance.chain import FIELDS, GENESIS, digest_of, link
from diban.governance.head import Head
from diban.governance.ledger_tables import audit_head, audit_line
from diban.governance.signing import FileSigner
from diban.governance.verify import LIMIT, Wrong
from diban.store import Database, reading, unit
from tests.governance.audited import Ledger, Rows, exchange

LINES = 40
SEAL = ("previous", "digest", "hash")
Spans = list[tuple[str, int, int]]


@pytest.fixture
def ledger(database: Database, tmp_path: Path) -> Ledger:
    made = Ledger(database, tmp_path)
    made.write(LINES)
    made.seal()
    return made


def each_time(ledger: Ledger, times: int, change: Callable[[Rows, random.Random], Spans]) -> None:
    """Change the whole chain at random places, again and again; what is named is what was done."""
    whole = ledger.rows()
    for seed in range(times):
        rows = [dict(row) for row in whole]
        expected = change(rows, random.Random(seed))
        ledger.tamper(lambda _, rows=rows: rows)  # type: ignore[misc] # mypy infers no default argument
        assert ledger.found() == sorted(expected, key=lambda span: span[1:]), f"seed {seed}"


@pytest.mark.parametrize("name", [*FIELDS, *SEAL])
def test_an_edit_of_any_column_is_named(ledger: Ledger, name: str) -> None:
    def edit(rows: Rows, chance: random.Random) -> Spans:
        at = chance.randint(1, LINES)
        value = rows[at - 1][name]
        rows[at - 1][name] = value + 1 if isinstance(value, int) else value[:-1] + "~"
        return [("edited", at, at)]

    each_time(ledger, 3, edit)


def test_deletions_are_named(ledger: Ledger) -> None:
    def delete(rows: Rows, chance: random.Random) -> Spans:
        at, count = chance.randint(1, LINES - 5), chance.randint(1, 4)
        del rows[at - 1 : at - 1 + count]
        return [("missing", at, at + count - 1)]

    each_time(ledger, 10, delete)


def test_cut_tails_are_named(ledger: Ledger) -> None:
    def cut(rows: Rows, chance: random.Random) -> Spans:
        left = chance.randint(1, LINES - 1)
        del rows[left:]
        return [("tail-cut", left + 1, LINES)]

    each_time(ledger, 10, cut)


@pytest.mark.parametrize("names", [FIELDS, ("position",)], ids=["words", "places"])
def test_swaps_are_named(ledger: Ledger, names: tuple[str, ...]) -> None:
    def swap(rows: Rows, chance: random.Random) -> Spans:
        one, other = chance.sample(range(1, LINES + 1), 2)
        exchange(rows, one, other, names)
        return [("swapped", one, one), ("swapped", other, other)]

    each_time(ledger, 10, swap)


@pytest.mark.parametrize("names", [FIELDS, ("position",)], ids=["words", "places"])
def test_reorders_are_named(ledger: Ledger, names: tuple[str, ...]) -> None:
    def rotate(rows: Rows, chance: random.Random) -> Spans:
        places = chance.sample(range(1, LINES + 1), chance.randint(3, 9))
        for one, other in pairwise(places):
            exchange(rows, one, other, names)
        return [("reordered", at, at) for at in places]

    each_time(ledger, 10, rotate)


def test_a_deletion_hidden_by_renumbering_is_named(ledger: Ledger) -> None:
    def close_gap(rows: Rows, chance: random.Random) -> Spans:
        at = chance.randint(1, LINES - 1)
        del rows[at - 1]
        for row in rows[at - 1 :]:
            row["position"] -= 1
        return [*(("reordered", n, n) for n in range(at, LINES)), ("tail-cut", LINES, LINES)]

    each_time(ledger, 5, close_gap)


def test_a_line_sealed_afresh_is_named_by_its_successor(ledger: Ledger) -> None:
    def reseal(rows: Rows, chance: random.Random) -> Spans:
        at = chance.randint(1, LINES)
        _reseal(rows, at, at)
        return [("rewritten", 1, at)]

    each_time(ledger, 5, reseal)


def test_a_chain_sealed_afresh_to_its_end_is_named_by_the_head(ledger: Ledger) -> None:
    ledger.tamper(lambda rows: _reseal(rows, 9, LINES))
    assert ledger.found() == [("rewritten", 1, LINES)]


def test_signed_heads_bound_where_a_chain_was_rewritten(ledger: Ledger) -> None:
    ledger.write(2500)
    ledger.seal()
    ledger.write(10)
    ledger.seal()
    ledger.tamper(lambda rows: _reseal(rows, 1700, len(rows)))
    assert ledger.found() == [
        ("rewritten", 1041, 2040),
        ("rewritten", 2041, 2550),
    ]


def test_a_forged_head_is_named(ledger: Ledger, tmp_path: Path) -> None:
    ledger.tamper(lambda rows: rows[:30])
    head = ledger.heads.read()
    assert head is not None
    stranger = FileSigner.make(tmp_path / "stranger.key")
    forged = Head.signed(stranger, 30, ledger.rows()[-1]["hash"], head.at)
    claimed = Head(forged.position, forged.hash, forged.at, head.key, forged.signature)
    for wrong in (forged, claimed):
        (tmp_path / "audit" / "head.json").unlink()
        ledger.heads.advance(wrong)
        assert ("head", 30, 30) in ledger.found()
    (tmp_path / "audit" / "head.json").unlink()
    assert ("head", 30, 30) in ledger.found()


def test_a_forged_checkpoint_is_named(ledger: Ledger) -> None:
    with unit(ledger.database) as act:
        values = {"position": 7, "hash": "0" * 64, "at": 0, "key": ledger.signer.key, "signature": "zz"}
        act.connection.execute(sa.insert(audit_head).values(values))
    assert ledger.found() == [("head", 7, 7)]


def test_a_second_line_at_a_place_is_named(ledger: Ledger) -> None:
    """Only where the database's own constraint was taken away."""
    if not ledger.database.embedded:
        with unit(ledger.database) as act:
            act.connection.exec_driver_sql("ALTER TABLE audit_line DROP CONSTRAINT uq_audit_line_position")
    else:
        with unit(ledger.database) as act:
            act.connection.exec_driver_sql("ALTER TABLE audit_line RENAME TO was")
            act.connection.exec_driver_sql("CREATE TABLE audit_line AS SELECT * FROM was")
    ledger.tamper(lambda rows: [*rows, {**rows[11], "id": "aud_zzz"}])
    kinds = {found[0] for found in ledger.found()}
    assert kinds & {"added", "edited"}
    assert {found[1] for found in ledger.found()} == {12}


def test_what_is_wrong_everywhere_is_still_counted(ledger: Ledger) -> None:
    ledger.write(500)
    ledger.seal()

    def spoil(rows: Rows) -> None:
        for row in rows:
            row["actor"] = "someone"

    ledger.tamper(spoil)
    verdict = ledger.verify()
    assert (len(verdict.breaks), verdict.more, verdict.lines) == (LIMIT, True, LINES + 500)
    assert {found.kind for found in verdict.breaks} == {Wrong.EDITED}


def test_an_intact_chain_is_whole_again(ledger: Ledger) -> None:
    rows = ledger.rows()
    ledger.tamper(lambda _: rows)
    verdict = ledger.verify()
    assert (verdict.whole, verdict.lines, verdict.head, verdict.more) == (True, LINES, LINES, False)


def test_digests_do_not_depend_on_the_engine(ledger: Ledger) -> None:
    with reading(ledger.database) as connection:
        rows = connection.execute(sa.select(audit_line).order_by(audit_line.c.position)).all()
    previous = GENESIS
    for row in rows:
        assert row.digest == digest_of(row)
        previous = link(row.position, previous, row.digest)
        assert row.hash == previous


class _Mapped:
    """A changed row, looked at as the database would return it."""

    def __init__(self, row: dict[str, object]) -> None:
        self._mapping = row


def _reseal(rows: Rows, first: int, last: int) -> None:
    """Change one line and compute every hash from there to ``last`` as the sealer would."""
    rows[first - 1]["actor"] = "someone"
    for row in rows[first - 1 : last]:
        row["previous"] = rows[row["position"] - 2]["hash"] if row["position"] > 1 else GENESIS
        row["digest"] = digest_of(_Mapped(row))  # type: ignore[arg-type] # a stand-in for a row
        row["hash"] = link(row["position"], row["previous"], row["digest"])
