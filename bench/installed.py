"""Peers installed from their registries, each into a folder of its own below the bench's folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TIPG = ("tipg==1.6.1", "uvicorn[standard]<1")
PYGEOAPI = ("pygeoapi==0.21.*", "gunicorn<26", "psycopg2-binary<3", "geoalchemy2<1")
TILESERVER = "tileserver-gl-light@5.6"


def python_peer(folder: Path, packages: tuple[str, ...]) -> Path:
    """The folder of the programs of Python packages, in an environment of their own."""
    programs = folder / "bin"
    if not (folder / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(programs / "pip"), "install", "-q", *packages], check=True)
        (folder / "installed").touch()
    return programs


def node_peer(folder: Path, package: str, program: str) -> Path:
    """The program of an npm package."""
    found = folder / "node_modules" / ".bin" / program
    if not found.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", package]
        subprocess.run(command, cwd=folder, check=True)
    return found
