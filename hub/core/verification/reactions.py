"""What the clock does: checks run out, documents are deleted."""

from __future__ import annotations

from flask import current_app

from hub.core.verification import operations
from hub.core.verification.rules import Vault
from hub.db.delivery import every


def vault() -> Vault:
    """Where this site keeps sealed documents."""
    config = current_app.config["HUB"]
    return Vault(config.data_dir / "verification", config.secret_key, config.document_days)


@every(3600)
def keep_up() -> None:
    operations.lapse_due()
    operations.purge_due(vault=vault())
    operations.sweep(vault=vault())
