"""The HTTP side of the service."""

from flask import Flask, jsonify, request

from app.prices import search, stock_value

app = Flask(__name__)


@app.get("/health")
def health():
    """Say that the service is up."""
    return jsonify(status="ok")


@app.get("/articles")
def articles():
    """Articles whose name holds the query's `q`."""
    return jsonify(search(request.args.get("q", "")))


@app.get("/stock-value")
def value():
    """What the stock is worth."""
    return jsonify(cents=stock_value())
