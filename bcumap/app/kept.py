"""What was made, for the next who wants the same: bounded in bytes, and asked by many threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Kept(Generic[Key]):
    """Bytes by key; what has not been wanted for longest goes when there is no more room."""

    def __init__(self, most_bytes: int) -> None:
        self._most, self._held = most_bytes, 0
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> bytes | None:
        """Return what is kept, as it was put; None if it is not here."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Key, content: bytes) -> None:
        """Keep something as long as there is room."""
        with self._lock:
            self._held += len(content) - len(self._kept.pop(key, b""))
            self._kept[key] = content
            while self._held > self._most:
                self._held -= len(self._kept.popitem(last=False)[1])

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self._held = 0
