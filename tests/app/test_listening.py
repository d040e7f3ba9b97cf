"""What the server has is sent at once: a setting that connections inherit."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bcumap.app import listening


def waits(each: socket.socket) -> bool:
    return not each.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.fixture
def bound() -> Iterator[socket.socket]:
    """A socket as Streamlit binds it, before it listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as made:
        made.bind(("127.0.0.1", 0))
        yield made


def test_a_connection_inherits_what_its_listener_was_given(bound: socket.socket) -> None:
    assert waits(bound)
    listening.set_no_delay()
    bound.listen()
    with socket.create_connection(bound.getsockname()):
        accepted, _ = bound.accept()
        with accepted:
            assert not waits(accepted)


def test_other_open_files_are_left_as_they_are(bound: socket.socket, tmp_path: Path) -> None:
    one, other = socket.socketpair()
    with one, other, (tmp_path / "file").open("w") as file:
        before = sorted(os.listdir("/dev/fd"))  # noqa: PTH208
        listening.set_no_delay()
        assert sorted(os.listdir("/dev/fd")) == before  # noqa: PTH208
        one.sendall(b"still there")
        assert other.recv(20) == b"still there"
        file.write("still there")
    assert not waits(bound)


def test_a_system_without_such_a_folder_is_left_alone(
    bound: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_OPEN_FILES", tmp_path / "none")
    listening.set_no_delay()
    assert waits(bound)
