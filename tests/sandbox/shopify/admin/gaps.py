"""What the sandbox cannot do, said aloud."""


class Unsupported(Exception):
    """A part of a valid document for which the sandbox has no answer, though Shopify has.

    It becomes HTTP 500 that names the part: a silent null would look like data.
    """
