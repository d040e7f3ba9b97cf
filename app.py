"""The Streamlit entry: the script that draws the pages, and what is served beside it."""

import streamlit as st
from starlette.middleware import Middleware

from bcumap.app import assets, guard, headers, listening, origins, routes, uploads

app = st.App(
    "bcumap/app/pages/navigation.py",
    middleware=[
        Middleware(headers.Headers),
        Middleware(guard.Guard),
        Middleware(origins.SameOrigin),
        Middleware(assets.FromMemory),
        Middleware(uploads.Uploads),
    ],
    routes=routes.routes(),
    lifespan=listening.at_once,
)
