"""Where things are removed from: originals, work folders, and the base with its past."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from diban.app.journeys.preview import forget_previews
from diban.app.wiring import Platform
from diban.governance import Target, TargetKind
from diban.ground import DeliveryId, LayerId
from diban.intake import Delivery
from diban.store import reading, unit


@dataclass(frozen=True, slots=True)
class PlatformEraser:
    """Governance's `Eraser` over this platform; what is already gone is not an error."""

    platform: Platform

    def expunge(self, target: Target) -> dict[str, int]:
        """Remove the target everywhere; how much, by name."""
        forget_previews(self.platform.work, every=True)
        if target.kind is TargetKind.ROWS:
            return {"rows": self.platform.base.erase(LayerId(target.of), list(target.fids))}
        with reading(self.platform.database) as connection:
            if target.kind is TargetKind.BLOB:
                concerned = self.platform.deliveries.of_digest(connection, target.of)
            else:
                concerned = [self.platform.deliveries.get(connection, DeliveryId(target.of))]
        counts = {"rows": 0, "originals": 0, "deliveries": len(concerned)}
        for delivery in concerned:
            with unit(self.platform.database) as act:
                self.platform.deliveries.blank(act, delivery)
            counts["rows"] += self._rows_of(delivery)
            counts["originals"] += self.platform.blobs.expunge(delivery.sent.digest)
            shutil.rmtree(self.platform.work / delivery.id, ignore_errors=True)
        if target.kind is TargetKind.BLOB and not concerned:
            counts["originals"] += self.platform.blobs.expunge(target.of)
        return counts

    def _rows_of(self, delivery: Delivery) -> int:
        """The rows that the delivery brought, in every version."""
        layer = delivery.sent.layer
        made = next((each for each in self.platform.base.history(layer) if each.key == delivery.id), None)
        # A delivery that changed nothing points at a version which another one made.
        return 0 if made is None else self.platform.base.erase_version(layer, made.id)
