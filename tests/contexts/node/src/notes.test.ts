import assert from "node:assert/strict";
import test from "node:test";
import { renderPage } from "./notes.js";

test("a page is titled by its first heading", () => {
  assert.match(renderPage("text\n\n## Milk & eggs\n"), /<title>Milk &amp; eggs<\/title>/);
});

test("a note without a heading has a title too", () => {
  assert.match(renderPage("*now*"), /<title>Note<\/title><p><em>now<\/em>/);
});
