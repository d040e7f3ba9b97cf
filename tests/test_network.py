"""The tests themselves reach no other host: the guard of conftest.py works."""

from __future__ import annotations

import socket

import pytest
import requests

from tests.conftest import NetworkUsed

ELSEWHERE = ("192.0.2.1", 80)  # an address that is kept for documentation


def test_another_host_is_out_of_reach() -> None:
    with socket.socket() as client:
        client.settimeout(1)
        with pytest.raises(NetworkUsed):
            client.connect(ELSEWHERE)
        with pytest.raises(NetworkUsed):
            client.connect_ex(ELSEWHERE)


def test_another_host_is_not_even_looked_up() -> None:
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(NetworkUsed):
            session.get("https://example.org", timeout=1)


def test_this_machine_is_within_reach() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=1) as client,
    ):
        assert client.getpeername() == server.getsockname()
