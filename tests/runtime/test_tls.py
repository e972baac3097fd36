"""TLS between gateway and services, and of the gateway's port: accepted, refused at start, and never replaced by plain HTTP."""

import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from careplus_cli.certificates import NAMES, make_certificates
from careplus_runtime.process.settings import HSTS, Settings, SettingsError
from careplus_runtime.transport.tls import calling_context, listening_context
from tests.attacks.listeners import listeners
from tests.audit.audit_rows import of_request
from tests.gateway.conftest import run_gateway
from tests.gateway.upstream import Upstream
from tests.hospital import ADMIN, LOCAL_HTTP, Hospital, eventually, free_port, only_linux

AGO = timedelta(days=30)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder, days=2)
    return folder


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return certificates of another authority."""
    folder = tmp_path_factory.mktemp("foreign")
    make_certificates(folder, days=2)
    return folder


def settings(folder: Path | None, **more: Any) -> Settings:
    # `_env_file` is an argument of pydantic-settings: ignore the developer's `.env`
    members: dict[str, Any] = {"certificates": folder, "_env_file": None, **more}
    return Settings(**members)


def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


@pytest.mark.parametrize("process", [name for name in NAMES if name not in {"database", "prometheus"}])
def test_made_certificates_are_accepted(certificates: Path, process: str) -> None:
    for mutual in (False, True):
        listening_context(settings(certificates, mutual_tls=mutual), process)


def test_made_files_are_private_and_renewed(certificates: Path, tmp_path: Path) -> None:
    folder = copied(certificates, tmp_path)
    files = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert {file.stat().st_mode & 0o777 for file in certificates.rglob("*") if file.is_file()} == {0o600}
    until = make_certificates(folder, days=90, domain="careplus.svc")
    assert until > datetime.now(UTC) + timedelta(days=89)
    changed = {file.relative_to(folder).as_posix() for file, content in files.items() if file.read_bytes() != content}
    assert changed == {f"{name}/{file}" for name in NAMES for file in ("tls.crt", "tls.key")}
    listening_context(settings(folder, auth_url="http://auth.careplus.svc:5000"), "auth")


def test_certificates_command_fills_a_folder(tmp_path: Path) -> None:
    done = Hospital(tmp_path).careplus("certificates", str(tmp_path / "made"), "--days", "30")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{datetime.now(UTC) + timedelta(days=30) - timedelta(minutes=5):%Y-%m-%d}" in done.stdout
    listening_context(settings(tmp_path / "made", mutual_tls=True), "labs")


def test_expired_or_early_certificate_is_refused_at_start(tmp_path: Path) -> None:
    make_certificates(tmp_path, days=1, at=datetime.now(UTC) - AGO)
    with pytest.raises(SettingsError, match=r"^CAREPLUS_CERTIFICATES: .*auth: certificate has expired$"):
        listening_context(settings(tmp_path), "auth")
    public = {"tls_cert": tmp_path / "gateway" / "tls.crt", "tls_key": tmp_path / "gateway" / "tls.key"}
    with pytest.raises(SettingsError, match=r"^CAREPLUS_TLS_CERT: .*is valid from"):
        listening_context(settings(None, **public), "gateway")
    make_certificates(tmp_path, days=1, at=datetime.now(UTC) + AGO)
    with pytest.raises(SettingsError, match="not yet valid"):
        listening_context(settings(tmp_path), "auth")


def test_wrong_certificate_is_refused_at_start(certificates: Path, foreign: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"mismatch.*'elsewhere'"):
        listening_context(settings(certificates, auth_url="http://elsewhere:5001"), "auth")
    folder = copied(certificates, tmp_path)
    shutil.copy(foreign / "auth" / "tls.key", folder / "auth")
    with pytest.raises(SettingsError, match=r"auth/tls\.crt and its key cannot be used: KEY_VALUES_MISMATCH"):
        listening_context(settings(folder), "auth")
    shutil.copy(foreign / "auth" / "tls.crt", folder / "auth")
    with pytest.raises(SettingsError, match=r"certificate of auth: (unable to get local issuer|certificate signature failure)"):
        listening_context(settings(folder), "auth")
    (folder / "auth" / "ca.crt").unlink()
    with pytest.raises(SettingsError, match=r"auth/ca\.crt cannot be read: No such file"):
        listening_context(settings(folder), "auth")


def test_foreign_client_certificate_of_gateway_is_refused(certificates: Path, foreign: Path, tmp_path: Path) -> None:
    folder = copied(certificates, tmp_path)
    for file in ("tls.crt", "tls.key"):
        shutil.copy(foreign / "gateway" / file, folder / "gateway")
    with pytest.raises(SettingsError, match="certificate of gateway"):
        listening_context(settings(folder, mutual_tls=True), "gateway")


def test_half_of_the_settings_is_refused(certificates: Path) -> None:
    with pytest.raises(SettingsError, match="CAREPLUS_MUTUAL_TLS needs"):
        listening_context(settings(None, mutual_tls=True), "labs")
    with pytest.raises(SettingsError, match="set both"):
        listening_context(settings(None, tls_cert=certificates / "gateway" / "tls.crt"), "gateway")
    with pytest.raises(ValueError, match="https needs CAREPLUS_CERTIFICATES"):
        settings(None, auth_url="https://auth:5000")


def test_https_of_localhost_sends_no_hsts(certificates: Path) -> None:
    # browsers would refuse the plain HTTP of every other program of this machine
    own = settings(None, tls_cert=certificates / "gateway" / "tls.crt")
    assert (own.public_url, own.hsts) == ("https://localhost:5000", None)
    assert settings(None, origins="https://care.example.org").hsts == HSTS


def test_expired_certificate_ends_the_start_with_one_line(tmp_path: Path) -> None:
    make_certificates(tmp_path / "certificates", days=1, at=datetime.now(UTC) - AGO)
    hospital = Hospital(tmp_path, extra={"CAREPLUS_CERTIFICATES": str(tmp_path / "certificates")})
    for service in ("labs", "gateway"):
        done = hospital.careplus("serve", service)
        assert done.returncode == 3
        assert done.stderr.strip().splitlines()[-1].endswith(f"refuse the certificate of {service}: certificate has expired")


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[Hospital]:
    """Run a hospital whose every connection is TLS; services want certificates of their clients too."""
    extra = {
        "CAREPLUS_CERTIFICATES": str(certificates),
        "CAREPLUS_MUTUAL_TLS": "true",
        "CAREPLUS_TLS_CERT": str(certificates / "gateway" / "tls.crt"),
        "CAREPLUS_TLS_KEY": str(certificates / "gateway" / "tls.key"),
    }
    with Hospital(tmp_path_factory.mktemp("encrypted"), extra=extra).running_with_admin() as running:
        yield running


@only_linux
def test_encrypted_hospital_works(encrypted: Hospital, certificates: Path) -> None:
    assert encrypted.url.startswith("https:")
    verified = httpx.Client(base_url=encrypted.url, verify=ssl.create_default_context(cafile=certificates / "ca.crt"))
    with verified as http:
        assert http.get("/ready").json()["parts"] == dict.fromkeys(("auth", "appointments", "doctors", "labs"), True)
    admin = encrypted.sign_in(ADMIN)
    # doctors calls auth to invite
    doctor = {"email": "lind@example.org", "full_name": "Eva Lind", "specialty": "Cardiology", "languages": ["en"]}
    answer = admin.http.post("/api/admin/doctors", json=doctor, headers={"X-Request-Id": "invited-over-tls"})
    assert answer.status_code == 201, answer.text
    assert f"https://localhost:{encrypted.port}" in answer.json()["invitation_url"]
    eventually(lambda: len(of_request(encrypted, "invited-over-tls")) == 2)
    assert {event["address"] for event in of_request(encrypted, "invited-over-tls")} == {"127.0.0.1"}
    admin.http.close()


@only_linux
def test_service_port_speaks_tls_with_known_clients_only(encrypted: Hospital, certificates: Path) -> None:
    for one in listeners(encrypted):
        if one.name == "gateway":
            continue
        port = urlsplit(one.url).port
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/health", **LOCAL_HTTP)
        unknown = ssl.create_default_context(cafile=certificates / "ca.crt")
        with pytest.raises(httpx.TransportError):
            httpx.get(f"https://127.0.0.1:{port}/health", verify=unknown)
        known = calling_context(settings(certificates), "gateway")
        assert known is not None
        assert httpx.get(f"https://127.0.0.1:{port}/health", verify=known).status_code == 200


def test_half_a_handshake_is_closed(encrypted: Hospital) -> None:
    with closing(socket.create_connection(("127.0.0.1", encrypted.port), timeout=20)) as connection:
        # the first bytes of a ClientHello
        connection.sendall(b"\x16\x03\x01\x02\x00")
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""


@pytest.fixture
def impostor(foreign: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Listen with the certificate of another authority; yield the port and what clients sent after the handshake."""
    received: list[bytes] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(foreign / "auth" / "tls.crt", foreign / "auth" / "tls.key")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with suppress(OSError), closing(context.wrap_socket(connection, server_side=True)) as secured:
                    received.append(secured.recv(65536))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], received
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)


@pytest.mark.process
def test_gateway_refuses_foreign_and_plain_services(
    certificates: Path, impostor: tuple[int, list[bytes]], tmp_path: Path
) -> None:
    port, received = impostor
    upstream = Upstream(free_port())
    upstream.start()
    url = f"http://127.0.0.1:{port}"
    try:
        with run_gateway(tmp_path, upstream, CAREPLUS_CERTIFICATES=str(certificates), CAREPLUS_APPOINTMENTS_URL=url) as gateway:
            with httpx.Client(base_url=gateway.url, timeout=20, **LOCAL_HTTP) as http:
                foreign_service, plain_service = http.get("/api/doctors"), http.post("/auth/login", json={})
            log = gateway.log.read_text()
    finally:
        upstream.stop()
    for answer in (foreign_service, plain_service):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert '"failed": "appointments"' in log
    assert "ClientConnectorCertificateError" in log
    assert '"failed": "auth"' in log
    assert "ClientConnectorSSLError" in log
    assert [part for part in received if part] == []
    assert upstream.arrived == []
