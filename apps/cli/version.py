"""Which version of the software this is."""

from importlib import metadata

DISTRIBUTION = "quancheng-chain"
FROM_SOURCE = "from source"


def software_version() -> str:
    """Return the version of the installed package, or that there is none."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return FROM_SOURCE
