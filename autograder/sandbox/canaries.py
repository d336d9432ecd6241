"""TEMPORARY: replaced by real attacks."""

def try_layers() -> dict[str, str]:
    return {}
