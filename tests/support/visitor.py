"""A person with a browser but without JavaScript: opens pages, fills in forms, follows."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup, Tag


@dataclass
class Page:
    """What came back."""

    url: str
    status: int
    html: str
    headers: httpx.Headers

    @property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")

    @property
    def text(self) -> str:
        """All words of the page, white space folded."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def buttons(self) -> list[str]:
        """The words on everything one can press."""
        pressed = self.soup.select("button, input[type=submit], a.btn")
        return [" ".join((b.get_text(" ") or str(b.get("value", ""))).split()) for b in pressed]

    def form(self, button: str) -> "Form":
        """The form whose button says this."""
        for form in self.soup.find_all("form"):
            for pressed in form.select("button, input[type=submit]"):
                said = " ".join((pressed.get_text(" ") or str(pressed.get("value", ""))).split())
                if button.lower() in said.lower():
                    return Form(self, form, pressed)
        raise AssertionError(f"no form with a button {button!r} on {self.url}: {self.buttons}")

    def link(self, words: str) -> str:
        """The address of the link that says this."""
        for anchor in self.soup.find_all("a", href=True):
            if words.lower() in " ".join(anchor.get_text(" ").split()).lower():
                return urljoin(self.url, str(anchor["href"]))
        raise AssertionError(f"no link {words!r} on {self.url}")


@dataclass
class Form:
    """One form of a page, with the values it was shown with."""

    page: Page
    tag: Tag
    button: Tag

    @property
    def action(self) -> str:
        own = self.button.get("formaction") or self.tag.get("action") or self.page.url
        return urljoin(self.page.url, str(own))

    @property
    def values(self) -> dict[str, str]:
        """What a browser would send if nothing were filled in."""
        fields = self.tag.select("input[name], select[name], textarea[name]")
        pairs = [(str(field["name"]), _value(field)) for field in fields]
        given = {name: value for name, value in pairs if value is not None}
        if self.button.get("name"):
            given[str(self.button["name"])] = str(self.button.get("value", ""))
        return given


def _value(field: Tag) -> str | None:
    """What a browser would send for this field; None: nothing."""
    kind = str(field.get("type", "text"))
    if field.has_attr("disabled") or kind in {"submit", "button", "file"}:
        return None
    if kind in {"checkbox", "radio"}:
        return str(field.get("value", "on")) if field.has_attr("checked") else None
    if field.name == "textarea":
        return field.get_text()
    if field.name == "select":
        chosen = field.select_one("option[selected]") or field.select_one("option")
        return str(chosen.get("value", chosen.get_text())) if chosen else ""
    return str(field.get("value", ""))


class Visitor:
    """Keeps cookies like a browser does, one per person."""

    def __init__(self, gateway: str) -> None:
        self.gateway = gateway
        self.http = httpx.Client(base_url=gateway, timeout=30, headers={"Accept": "text/html"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def open(self, url: str, *, follow: bool = True) -> Page:
        """Go there."""
        return self._page(self.http.get(url, follow_redirects=follow))

    def submit(self, form: Form, *, follow: bool = True, **fields: str) -> Page:
        """Press the form's button with these fields filled in."""
        data = {**form.values, **fields}
        headers = {"Origin": self.gateway, "Sec-Fetch-Site": "same-origin"}
        method = str(form.tag.get("method", "get")).lower()
        if method == "get":
            answer = self.http.get(form.action, params=data, follow_redirects=follow)
        else:
            answer = self.http.post(
                form.action, data=data, headers=headers, follow_redirects=follow
            )
        return self._page(answer)

    @staticmethod
    def _page(answer: httpx.Response) -> Page:
        return Page(str(answer.url), answer.status_code, answer.text, answer.headers)
