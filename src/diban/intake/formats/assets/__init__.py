"""Files that are kept whole: one reader per format, which tells the file's facts and decodes no pixel.

Each hands over one row, so that a file walks the same road as features do. Imports: none, as the sandbox's.
"""
