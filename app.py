"""The Streamlit entry: the script that draws the pages, and what is served beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from bcumap.app import (
    assets,
    drawn,
    first,
    guard,
    headers,
    jobs,
    listening,
    memory,
    origins,
    pacing,
    routes,
    uploads,
)
from bcumap.base import feedback
from bcumap.base.errors import DataError
from bcumap.facts import store


@asynccontextmanager
async def lifespan(served: object) -> AsyncIterator[None]:
    """What the server does before it listens, and until it ends."""
    drawn.prepare(first.PAGE_PATHS)
    giving_back = pacing.repeated(memory.give_back, memory.TRIM_S)
    async with listening.at_once(served), jobs.swept(), giving_back:
        yield


memory.share_arenas()
try:
    store.verify()
except DataError as error:
    raise SystemExit(f"bcumap: {error}") from error
feedback.stated()  # what is no address is said now, and not on a page

app = st.App(
    "bcumap/app/pages/navigation.py",
    middleware=[
        Middleware(headers.Headers),
        Middleware(guard.Guard),
        Middleware(origins.SameOrigin),
        Middleware(first.First),
        Middleware(assets.FromMemory),
        Middleware(uploads.Uploads),
    ],
    routes=routes.routes(),
    lifespan=lifespan,
)
