import assert from "node:assert/strict";
import test from "node:test";
import { makeServer } from "./server.js";

async function ask(pinned: object[], url = "/notices") {
  const server = makeServer();
  for (const payload of pinned) await server.inject({ method: "POST", url: "/notices", payload });
  return server.inject({ url });
}

test("notices come back as HTML, the newest first", async () => {
  const found = (await ask([{ title: "Keys" }, { title: "Cake", text: "*now*" }])).json();
  assert.deepEqual(found.map(({ title }: { title: string }) => title), ["Cake", "Keys"]);
  assert.match(found[0].html, /<em>now<\/em>/);
});

test("a search finds words of any case", async () => {
  const found = await ask([{ title: "Keys" }, { title: "Cake" }], "/notices?q=CAK");
  assert.equal(found.json().length, 1);
});

test("a notice without a title is refused", async () => {
  const answer = await makeServer().inject({ method: "POST", url: "/notices", payload: { title: " " } });
  assert.equal(answer.statusCode, 400);
});

test("the page loads the script that the build made", async () => {
  const page = await ask([], "/");
  const script = await ask([], /src="([^"]+)"/.exec(page.body)![1]);
  assert.equal(script.statusCode, 200);
});
