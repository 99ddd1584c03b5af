"""Asking for one page over and over, on kept-open connections, with little work of our own."""

import asyncio
import time
from urllib.parse import urlsplit

import uvloop


def fetch(url: str, cookies: dict[str, str], *, count: int, at_once: int) -> dict:
    """Requests per second and the 50th and 99th of a hundred waiting times, in milliseconds."""
    return uvloop.run(_fetch(url, cookies, count, at_once))


async def _fetch(url: str, cookies: dict[str, str], count: int, at_once: int) -> dict:
    place = urlsplit(url)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    request = (
        f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nAccept: text/html\r\n"
        f"Cookie: {cookie}\r\n\r\n"
    ).encode()
    waited: list[float] = []
    left = count

    async def one_connection() -> None:
        nonlocal left
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        while left > 0:
            left -= 1
            began = time.perf_counter()
            writer.write(request)
            await _answer(reader)
            waited.append(time.perf_counter() - began)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one_connection() for _ in range(at_once)))
    seconds = time.perf_counter() - began
    waited.sort()
    return {
        "requests_per_second": round(count / seconds),
        "p50_ms": round(waited[len(waited) // 2] * 1000, 1),
        "p99_ms": round(waited[int(len(waited) * 0.99)] * 1000, 1),
    }


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    assert head.startswith("http/1.1 200"), head
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    await reader.readexactly(length)
