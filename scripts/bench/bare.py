"""The baseline: what Flask does on the same server with a page that never changes."""

from __future__ import annotations

from flask import Flask, render_template_string

PAGE = "<!doctype html><html lang=en><title>Bare</title><h1>{{ title }}</h1>" + "<p>The same words on every visit.</p>" * 40 + "</html>"

app = Flask(__name__)


@app.get("/")
def constant() -> str:
    return render_template_string(PAGE, title="Constant")
