"""The workers that decode: nothing heavy is imported here, so they are started before they are needed."""

from cxrview.isolation.pool import POOLS, Pool


def decoders() -> Pool:
    """Return the workers that decode for this process."""
    return POOLS.of("helper", "decode")
