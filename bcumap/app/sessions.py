"""Gives back what visits leave behind, when it is due and without another visitor's help.

Streamlit keeps the session of a page that has gone, for a phone that sleeps, and notices that its
time is over only when somebody else leaves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

import streamlit as st
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

FILES_S = 180  # that the files of a page that has gone are kept
EARLY_S = 10  # by which Streamlit's own time is shortened, so that it has not forgotten the session


class Runtime:
    """Where sessions are: Streamlit's runtime, once it runs."""

    def listed(self) -> list[str]:
        """Return the sessions that there are, also of pages that have gone."""
        if not runtime.exists():
            return []
        # Streamlit has no public list of them.
        return [info.session.id for info in runtime.get_instance()._session_mgr.list_sessions()]

    def is_here(self, session: str) -> bool:
        """Say whether a session's page is connected."""
        return is_here(session)

    def close(self, session: str) -> None:
        """End a session and free what it has."""
        runtime.get_instance().close_session(session)

    def free_files(self, session: str) -> None:
        """Free what a session has uploaded."""
        files().remove_session_files(session)


def is_here(session: str) -> bool:
    """Say whether a session's page is connected."""
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def files() -> MemoryUploadedFileManager:
    """Return what holds the files that visitors have uploaded."""
    return cast("MemoryUploadedFileManager", runtime.get_instance().uploaded_file_mgr)


class Sessions:
    """How long each page has been gone.

    Parameters
    ----------
    kept_s
        How long a session is kept after its page has gone; without it, what Streamlit is told.
    """

    def __init__(
        self,
        store: Runtime | None = None,
        kept_s: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store or Runtime()
        told = float(st.get_option("server.disconnectedSessionTTL")) - EARLY_S
        self._kept_s = told if kept_s is None else kept_s
        self._clock = clock
        self._gone: dict[str, float] = {}  # since when, the longest first

    @property
    def gone(self) -> int:
        """How many sessions are kept of pages that have gone."""
        return len(self._gone)

    def look(self) -> None:
        """Free files and sessions whose time is over."""
        now = self._clock()
        listed = self._store.listed()
        gone = {name for name in listed if not self._store.is_here(name)}
        self._gone = {name: since for name, since in self._gone.items() if name in gone}
        for name in gone:
            self._gone.setdefault(name, now)
        for name, since in list(self._gone.items()):
            if now - since > self._kept_s:
                self._close(name)
            elif now - since > FILES_S:
                self._store.free_files(name)

    def make_room(self) -> bool:
        """End the session whose page has been gone for longest; say whether there was one."""
        self.look()
        name = next(iter(self._gone), None)
        if name is not None:
            self._close(name)
        return name is not None

    def _close(self, name: str) -> None:
        del self._gone[name]
        self._store.close(name)
