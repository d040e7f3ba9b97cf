"""What is written for servers agrees with the app, and with nginx and haproxy where they are."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from streamlit.web.server.starlette import starlette_routes
from streamlit.web.server.starlette.starlette_routes import BASE_ROUTE_UPLOAD_FILE

from bcumap.app import connections, ending, guard, routes
from bcumap.app.uploads import MEGABYTE

ROOT = Path(__file__).resolve().parents[1]
CONTAINER = (ROOT / "Containerfile").read_text("utf-8")
DEPLOY = (ROOT / "docs" / "deploy.md").read_text("utf-8")
UNIT, NGINX, HAPROXY = (
    (ROOT / "deploy" / name).read_text("utf-8")
    for name in ("bcumap@.service", "nginx.conf", "haproxy.cfg")
)


def test_what_the_container_copies_is_there_and_not_ignored() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    ignored = (ROOT / ".containerignore").read_text("utf-8").splitlines()
    assert {f"!{name}" for name in names} == {line for line in ignored if line.startswith("!")}
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_ports_and_health_are_the_same_everywhere() -> None:
    for text in (CONTAINER, NGINX):
        assert set(re.findall(r"\b85\d\d\b", text)) == {"8501"}
    assert "--server.port=%i\n" in UNIT
    balanced = set(re.findall(r"\b127\.0\.0\.1:(85\d\d)\b", HAPROXY))
    assert balanced == set(re.findall(r"bcumap@(85\d\d)", UNIT)) == {"8501", "8502"}
    assert "systemctl enable --now bcumap@8501 bcumap@8502" in DEPLOY
    assert f"/{starlette_routes.ROUTE_HEALTH}'" in CONTAINER
    assert f"GET /{starlette_routes.ROUTE_HEALTH}\n" in HAPROXY


def test_the_proxy_takes_what_the_app_takes() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    most = settings["server"]["maxUploadSize"] + 1  # and what is around a file
    upload = re.search(r"location (/_stcore/upload_file/) {[^}]*_size (\d+)m;", NGINX)
    assert upload is not None
    assert (upload[1].strip("/"), int(upload[2])) == (BASE_ROUTE_UPLOAD_FILE, most)
    assert f"if upload {{ req.hdr_val(content-length) gt {most * MEGABYTE} }}" in HAPROXY
    assert f"path_beg {upload[1]}" in HAPROXY


def test_other_requests_have_bodies_as_small_as_the_app_takes() -> None:
    (others,) = re.findall(r"client_max_body_size (\d+)k;", NGINX)
    assert int(others) * 1024 == 2 * routes.VALUES_BYTES
    assert f"if !upload {{ req.hdr_val(content-length) gt {int(others) * 1024} }}" in HAPROXY


def test_late_requests_end_at_the_proxy_when_they_would_in_the_app() -> None:
    assert f"client_header_timeout {connections.HEAD_S}s;" in NGINX
    assert f"client_body_timeout {connections.PAUSE_S}s;" in NGINX
    assert f"timeout http-request {connections.HEAD_S}s" in HAPROXY


def test_each_address_has_limits_at_the_proxy_that_leave_room_for_its_pages() -> None:
    (nginx,) = re.findall(r"limit_conn bcumap_open (\d+);", NGINX)
    (haproxy,) = re.findall(r"sc_conn_cur\(0\) gt (\d+)", HAPROXY)
    assert nginx == haproxy
    assert guard.STREAMS_PER_ADDRESS < int(nginx) <= connections.EACH
    assert "limit_req zone=bcumap_asked" in NGINX
    assert "sc_http_req_rate(0)" in HAPROXY


def test_the_unit_gives_the_files_and_the_time_that_the_app_counts_on() -> None:
    assert f"LimitNOFILE={connections.FILES}\n" in UNIT
    (header,) = re.findall(rf"^Environment={guard.CLIENT_HEADER}=(\S+)$", UNIT, re.MULTILINE)
    assert f"proxy_set_header {header} $remote_addr;" in NGINX
    assert header == "X-Forwarded-For"
    assert "option forwardfor" in HAPROXY
    (stops,) = re.findall(r"TimeoutStopSec=(\d+)", UNIT)
    assert int(stops) > ending.LAST_RESORT_S
    assert f"--ulimit nofile={connections.FILES}:{connections.FILES}" in DEPLOY


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and its certificate in one file."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl here")
    path = tmp_path / "cert.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=test -out cert.pem"
    subprocess.run([*command.split(), "-keyout", "key.pem"], cwd=tmp_path, check=True)
    path.write_text(path.read_text() + (tmp_path / "key.pem").read_text())
    return path


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_reads_its_configuration(certificate: Path) -> None:
    folder = certificate.parent
    site = NGINX.replace("/etc/ssl/bcumap", str(folder)).replace("/var/log/nginx", str(folder))
    own = " ".join(
        f"{kind}_temp_path {folder / kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; events {{}} http {{ {own} access_log off;\n{site} }}"
    )
    command = ["nginx", "-t", "-q", "-e", "stderr", "-p", str(folder), "-c", "nginx.conf"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("haproxy"), reason="no haproxy here")
def test_haproxy_reads_its_configuration(certificate: Path) -> None:
    path = certificate.parent / "haproxy.cfg"
    path.write_text(HAPROXY.replace("/etc/haproxy/bcumap.pem", str(certificate)))
    done = subprocess.run(["haproxy", "-c", "-q", "-f", path], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
