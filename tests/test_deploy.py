"""What is written for servers agrees with the app, and with nginx and haproxy where they are."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from streamlit.web.server.starlette import starlette_routes

ROOT = Path(__file__).resolve().parents[1]
CONTAINER = (ROOT / "Containerfile").read_text("utf-8")
UNIT, NGINX, HAPROXY = (
    (ROOT / "deploy" / name).read_text("utf-8")
    for name in ("bcumap.service", "nginx.conf", "haproxy.cfg")
)


def test_what_the_container_copies_is_there_and_not_ignored() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    ignored = (ROOT / ".containerignore").read_text("utf-8").splitlines()
    assert {f"!{name}" for name in names} == {line for line in ignored if line.startswith("!")}
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_ports_and_health_are_the_same_everywhere() -> None:
    for text in (CONTAINER, UNIT, NGINX, HAPROXY):
        assert set(re.findall(r"\b85\d\d\b", text)) == {"8501"}
    assert f"/{starlette_routes.ROUTE_HEALTH}'" in CONTAINER
    assert f"GET /{starlette_routes.ROUTE_HEALTH}\n" in HAPROXY


def test_the_proxy_takes_what_the_app_takes() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    (most,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(most) == settings["server"]["maxUploadSize"] + 1  # and what is around a file


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
