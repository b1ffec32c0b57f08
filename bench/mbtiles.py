"""Tiles of a running server written into an MBTiles file, compressed as the format has them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import httpx
from pysqlite3 import dbapi2 as sqlite

from bench.servers import Server

Square = tuple[int, int, int]
"""Zoom, row, column."""
LEAST_BYTES = 20_000


def write_mbtiles(server: Server, squares: Sequence[Square], most: int, out: Path) -> list[Square]:
    """Ask for the tiles, keep those of some size as they are sent compressed; which, at most so many."""
    out.unlink(missing_ok=True)
    kept: list[Square] = []
    headers = {**server.headers, "Accept-Encoding": "gzip"}
    with (
        closing(sqlite.connect(str(out))) as file,
        httpx.Client(base_url=server.address, headers=headers, timeout=60) as client,
    ):
        file.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        file.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)"
        )
        for square in squares:
            zoom, row, column = square
            answer = client.get(server.tile.format(z=zoom, y=row, x=column))
            answer.raise_for_status()
            if int(answer.headers.get("content-length", 0)) < LEAST_BYTES:
                continue
            data = gzip.compress(answer.content, compresslevel=4)
            file.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (zoom, column, 2**zoom - 1 - row, data))
            kept.append(square)
            if len(kept) == most:
                break
        file.execute("CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
        file.executemany("INSERT INTO metadata VALUES (?, ?)", _metadata(squares[0][0]))
        file.commit()
    return kept


def _metadata(zoom: int) -> list[tuple[str, str]]:
    layers = {"vector_layers": [{"id": "buildings", "fields": {}}]}
    said = {"name": "bench", "format": "pbf", "minzoom": zoom, "maxzoom": zoom, "json": json.dumps(layers)}
    return [(name, str(value)) for name, value in said.items()]
