"""The open services under ``/ogc``: OGC API Common, Features, Tiles, Styles, and whole layers as files."""
