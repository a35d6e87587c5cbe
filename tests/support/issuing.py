"""An issuer of tokens with one key, for services that run as processes of their own."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey

KEY = ECKey.generate_key("P-256", {"kid": "one"})
ISSUER = "https://id.example"


@asynccontextmanager
async def issuing() -> AsyncIterator[str]:
    """A real server with the issuer's public key; its address."""
    body = orjson.dumps({"keys": [KEY.as_dict(private=False)]})
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks.json"
    server.close()


def bearer() -> dict[str, str]:
    """The header of a citizen's request."""
    claims = {"iss": ISSUER, "aud": "qonys", "sub": "s", "scope": "citizen", "exp": int(time.time()) + 60}
    return {"Authorization": f"Bearer {jwt.encode({'alg': 'ES256', 'kid': 'one'}, claims, KEY)}"}
