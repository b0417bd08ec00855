"""The baseline: what Flask does on the same server with a page that never changes."""

from __future__ import annotations

from flask import Flask

PAGE = "<!doctype html><html lang=en><title>Bare</title><h1>{{ title }}</h1>" + "<p>The same words on every visit.</p>" * 40 + "</html>"

app = Flask(__name__)
page = app.jinja_env.from_string(PAGE)  # compiled once, as a template file would be


@app.get("/")
def constant() -> str:
    return page.render(title="Constant")
