"""Which engine this site uses: one per application, chosen by HUB_SEARCH_ENGINE."""

from __future__ import annotations

from flask import current_app

from hub.search.index.engine import Engine
from hub.search.index.engine_memory import MemoryEngine
from hub.search.index.engine_whoosh import WhooshEngine


def current() -> Engine:
    """The application's engine; made when it is first asked for."""
    engine: Engine | None = current_app.extensions.get("hub_search")
    if engine is None:
        config = current_app.config["HUB"]
        fresh: Engine = MemoryEngine() if config.search_engine == "memory" else WhooshEngine(config.data_dir / "search")
        engine = current_app.extensions.setdefault("hub_search", fresh)
    return engine


def generation() -> str:
    return current().generation()
