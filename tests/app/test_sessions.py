"""What a visit leaves behind is freed when its time is over, and nobody need come for that."""

from __future__ import annotations

from bcumap.app.sessions import FILES_S, Runtime, Sessions


class Visits(Runtime):
    """Sessions that the test opens and closes; `here` are those whose page is connected."""

    def __init__(self, *names: str) -> None:
        self.all, self.here, self.files = list(names), set(names), set(names)

    def listed(self) -> list[str]:
        return self.all

    def is_here(self, session: str) -> bool:
        return session in self.here

    def close(self, session: str) -> None:
        self.all.remove(session)

    def free_files(self, session: str) -> None:
        self.files.discard(session)


def test_files_go_before_the_session_does() -> None:
    visits, now = Visits("gone", "here"), [0.0]
    sessions = Sessions(visits, kept_s=800, clock=lambda: now[0])
    visits.here.remove("gone")
    sessions.look()
    now[0] = FILES_S - 1
    sessions.look()
    assert visits.files == {"gone", "here"}
    now[0] = FILES_S + 1
    sessions.look()
    assert (visits.files, visits.all) == ({"here"}, ["gone", "here"])
    now[0] = 801
    sessions.look()
    assert (visits.all, sessions.gone) == (["here"], 0)


def test_who_comes_back_in_time_loses_nothing() -> None:
    visits, now = Visits("phone"), [0.0]
    sessions = Sessions(visits, kept_s=800, clock=lambda: now[0])
    visits.here.clear()
    sessions.look()
    visits.here.add("phone")
    sessions.look()
    now[0] = 10_000
    sessions.look()
    visits.here.clear()
    sessions.look()
    assert (visits.all, visits.files) == (["phone"], {"phone"})


def test_room_is_made_by_who_has_been_gone_for_longest() -> None:
    visits = Visits("first", "second", "here")
    sessions = Sessions(visits, kept_s=800)
    visits.here.discard("second")
    sessions.look()
    visits.here.discard("first")
    assert sessions.make_room()
    assert visits.all == ["first", "here"]
    assert sessions.make_room()
    assert not sessions.make_room()
    assert visits.all == ["here"]
