"""What every request and every answer passes, whichever service it is for.

Who asks, in which language, how much may be asked; forms of an answer, tags, problems, measures.
"""
