"""Loads a folder of hostile models in a process of its own, which may not take the machine with it; prints JSON.

python -m tests.models.hostile_folder FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bridge.models.store import Store
from tests.models.tiny_model import inputs

MEMORY_LIMIT_BYTES = 6 * 1024**3
"""Of addresses; onnxruntime alone takes about one."""


def main(folder: Path) -> None:
    try:
        import resource
    except ModuleNotFoundError:  # Windows: the bombs that would go off are small enough for any machine
        resource = None  # type: ignore[assignment]
    else:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    store = Store(folder)
    look = store.load_all()
    played = {name: list(model.run(inputs(2, decoding=True))["hits"].shape) for name, model in store.models.items()}
    unit = 1024 if sys.platform == "linux" else 1
    peaks_bytes = (
        [resource.getrusage(who).ru_maxrss * unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        if resource
        else []
    )
    print(json.dumps({"loaded": look.loaded, "skipped": look.skipped, "played": played, "peaks_bytes": peaks_bytes}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
