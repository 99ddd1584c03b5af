"""Somebody who follows every link he is shown, and remembers all that was said to him."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import urljoin, urlsplit

import httpx
from pypdf import PdfReader

from tests.support.visitor import Page, Visitor

PAGES_MAX = 120
PRIVATE = ("/p/i/", "/pay/i/")


@dataclass
class Actor:
    """One person in a browser of his own, and what he has been shown."""

    name: str
    browser: Visitor
    home: str
    seen: dict[str, str] = field(default_factory=dict)
    """Address -> everything the answer said: headers, words, the words of a PDF."""
    posts: set[str] = field(default_factory=set)

    def walk(self) -> "Actor":
        """Follow every link and image from the first page, within the site."""
        waiting = deque([self.home])
        while waiting:
            url = waiting.popleft()
            if url in self.seen:
                continue
            assert len(self.seen) < PAGES_MAX, list(self.seen)
            answer = self.browser.http.get(url, follow_redirects=False)
            self.seen[url] = said(answer)
            waiting.extend(self._leads(Page(url, answer.status_code, answer.text, answer.headers)))
        return self

    def everything(self) -> str:
        return "\n".join(self.seen.values())

    @property
    def own(self) -> set[str]:
        """The addresses made for him: nobody else may open them."""
        return {url for url in {*self.seen, *self.posts} if urlsplit(url).path.startswith(PRIVATE)}

    def _leads(self, page: Page) -> Iterator[str]:
        if "text/html" not in page.headers.get("content-type", ""):
            return
        for tag in page.soup.select("[href], [src], form[action], [hx-get]"):
            lead = tag.get("href") or tag.get("src") or tag.get("hx-get") or tag.get("action")
            url = urljoin(page.url, str(lead)).split("#")[0]
            if not url.startswith(self.browser.gateway) or "/static/" in url:
                continue
            if tag.name == "form" and str(tag.get("method", "get")).lower() == "post":
                self.posts.add(url)
            else:
                yield url


def said(answer: httpx.Response) -> str:
    """All that came over the wire, as text."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    if answer.headers.get("content-type", "").startswith("application/pdf"):
        reader = PdfReader(BytesIO(answer.content))
        words = "\n".join(page.extract_text() for page in reader.pages)
        return f"{headers}\n{words}\n{reader.metadata}"
    return f"{headers}\n{answer.text}"
