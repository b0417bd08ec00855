"""An authenticator app and a passkey set up and signed in with, in a real browser with a virtual authenticator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, Visitor
from tests.factories.factors import code_of

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def named(site: Site) -> Iterator[Site]:
    """The site under a name, as browsers want it for passkeys; it asks who is there after a quarter of an hour."""
    url = site.url.replace("127.0.0.1", "localhost")
    site.app.config["HUB"] = replace(site.app.config["HUB"], base_url=url, proof_minutes=15)
    yield replace(site, url=url)


def sign_out(visitor: Visitor) -> None:
    visitor.context.clear_cookies()


def test_an_app_and_a_passkey_from_setting_up_to_signing_in(browser: Browser, named: Site) -> None:
    visitor = Visitor(browser, named)
    page = visitor.page
    visitor.sign_in("solver")
    page.goto("/settings/security")
    page.get_by_role("link", name="Set it up").click()
    page.get_by_role("button", name="Set up an app").click()
    picture = page.locator("img.qr")
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.complete && image.naturalWidth > 100", arg=picture.element_handle())
    secret = page.locator("#secret").inner_text().replace(" ", "")
    assert visitor.axe() == []
    page.fill("[name=code]", code_of(secret))
    page.get_by_role("button", name="Switch it on").click()
    codes = re.findall(r"\w{4}-\w{4}-\w{4}", page.locator("#codes").inner_text())
    assert len(set(codes)) == 10 and visitor.axe() == []
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("in use")).to_be_visible()

    _in_two_steps(visitor, secret, codes[0])
    _a_passkey(visitor)
    _asked_again(visitor, named)
    assert visitor.complaints == []
    visitor.close()


def _in_two_steps(visitor: Visitor, secret: str, code: str) -> None:
    """With the app's code, then with a recovery code."""
    for step in (lambda: code_of(secret, 1), lambda: code):
        sign_out(visitor)
        visitor.sign_in("solver")
        expect(visitor.page.get_by_role("heading", name="Second step")).to_be_visible()
        assert visitor.axe() == []
        visitor.page.fill("[name=code]", step())
        visitor.page.get_by_role("button", name="Go on").click()
        visitor.page.wait_for_url(re.compile(r":\d+/home$"))


def _a_passkey(visitor: Visitor) -> None:
    """Registered, renamed, and then the whole sign-in."""
    page = visitor.page
    protocol = visitor.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    number = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
    page.goto("/settings/security/factors")
    page.fill("[name=name]", "This laptop")
    page.get_by_role("button", name="Register a passkey").click()
    expect(page.get_by_text("The passkey is registered.")).to_be_visible()
    [made] = protocol.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    assert made["isResidentCredential"] and made["rpId"] == "localhost"
    page.get_by_role("link", name="Rename This laptop").click()
    page.fill("[name=name]", "My laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Rename My laptop")).to_be_visible()
    assert visitor.axe() == []
    sign_out(visitor)
    page.goto("/login?next=/settings/keys")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r":\d+/settings/keys$"))


def _asked_again(visitor: Visitor, site: Site) -> None:
    """A quarter of an hour later the key that was being made waits for the passkey, and loses nothing."""
    page = visitor.page
    site.later(minutes=16)
    page.fill("[name=name]", "Nightly report")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    assert visitor.axe() == []
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Your new key")).to_be_visible()
    expect(page.get_by_text("Nightly report")).to_be_visible()


def test_without_a_script_passkeys_say_what_they_need(browser: Browser, named: Site) -> None:
    visitor = Visitor(browser, named, script=False)
    visitor.page.goto("/login")
    expect(visitor.page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    expect(visitor.page.locator("[data-passkey]")).to_be_hidden()
    visitor.close()
