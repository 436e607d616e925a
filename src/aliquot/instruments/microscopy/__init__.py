"""Images of dots: the micrograph a population gives, and the sizes that a micrograph gives back.

Nothing in here is imported with the room: images need the extra ``images``.
"""
