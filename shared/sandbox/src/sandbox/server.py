"""The composition: all parts of the sandbox on their ports, from start to clean stop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from cryptography import x509
from fastapi import FastAPI

from sandbox.gateway import Gateway
from sandbox.issuer import Issuer, TokenRequest, issuer_routes
from sandbox.keys import kept_pair
from sandbox.mail import Mailbox, MailServer, mail_routes
from sandbox.providers import Providers, User, provider_routes
from sandbox.quotas import QuotaOrders, ready_routes
from sandbox.registry_admin import behaviour_routes, certificate_routes, log_routes, truth_routes
from sandbox.sms import SmsGateway, sms_routes

_STOP_SECONDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the sandbox listens; port 0 is a free one. Without `kafka` there are no providers."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 0
    smtp_port: int = 0
    public_url: str | None = None  # how others reach it, where that is not host and port
    client_certificate: Path | None = None  # PEM; the only one whose signature the gateway accepts
    kafka: str | None = None
    kafka_username: str | None = None
    kafka_password_file: Path | None = None
    verification: str | None = None  # its address, where the year's quotas are to be opened
    accept_seconds: float = 0.2
    done_seconds: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """The running parts and their addresses."""

    http: str
    smtp_host: str
    smtp_port: int
    gateway: Gateway
    mailbox: Mailbox
    sms: SmsGateway
    issuer: Issuer
    providers: Providers | None
    quotas: QuotaOrders | None

    @property
    def smtp(self) -> str:
        return f"{self.smtp_host}:{self.smtp_port}"


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Sandbox]:
    """Starts every part, yields when all listen, and stops all of them; raises `OSError` for a taken port."""
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(socket.create_server((settings.host, settings.port)))
        url = settings.public_url or f"http://{settings.host}:{listener.getsockname()[1]}"
        issuer = Issuer(settings.folder / "issuer-key.json", url)
        mailbox = Mailbox(settings.folder / "mail")
        sms = SmsGateway(lambda: issuer.token(TokenRequest(sub="sms-gateway", scope="partner")))
        stack.push_async_callback(sms.stop)
        mail = MailServer(mailbox)
        stack.push_async_callback(mail.stop)
        sandbox = Sandbox(
            http=url,
            smtp_host=settings.host,
            smtp_port=await mail.start(settings.host, settings.smtp_port),
            gateway=_gateway(settings),
            mailbox=mailbox,
            sms=sms,
            issuer=issuer,
            providers=_providers(settings),
            quotas=_quotas(settings, issuer),
        )
        await stack.enter_async_context(_serving(make_app(sandbox), listener))
        for part in (sandbox.providers, sandbox.quotas):
            if part:
                await stack.enter_async_context(_background(part.run()))
        yield sandbox


def make_app(sandbox: Sandbox) -> FastAPI:
    """Every HTTP part under one roof."""
    app = FastAPI(title="Qonys sandbox", openapi_url=None)
    app.add_api_route("/gateway/sync", sandbox.gateway.serve, methods=["POST"], response_model=None)
    app.include_router(truth_routes(sandbox.gateway))
    app.include_router(log_routes(sandbox.gateway))
    app.include_router(certificate_routes(sandbox.gateway))
    app.include_router(behaviour_routes(sandbox.gateway))
    app.include_router(mail_routes(sandbox.mailbox))
    app.include_router(sms_routes(sandbox.sms))
    app.include_router(issuer_routes(sandbox.issuer))
    app.include_router(ready_routes(sandbox.quotas))
    if sandbox.providers:
        app.include_router(provider_routes(sandbox.providers))
    return app


def _gateway(settings: Settings) -> Gateway:
    certificate = settings.client_certificate
    client = x509.load_pem_x509_certificate(certificate.read_bytes()) if certificate else None
    return Gateway(kept_pair(settings.folder, "registry"), client=client)


def _providers(settings: Settings) -> Providers | None:
    if settings.kafka is None:
        return None
    return Providers(
        settings.kafka,
        accept_seconds=settings.accept_seconds,
        done_seconds=settings.done_seconds,
        user=_user(settings),
    )


def _quotas(settings: Settings, issuer: Issuer) -> QuotaOrders | None:
    if settings.verification is None:
        return None
    operator = TokenRequest(sub="sandbox", scope="ops")
    return QuotaOrders(settings.verification, token=lambda: issuer.token(operator))


def _user(settings: Settings) -> User | None:
    if settings.kafka_username is None or settings.kafka_password_file is None:
        return None
    return User(settings.kafka_username, settings.kafka_password_file.read_text().strip())


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to its caller and says when it has begun to listen."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@asynccontextmanager
async def _serving(app: FastAPI, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=_STOP_SECONDS
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await server.listening.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def _background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
