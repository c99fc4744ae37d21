import { createServer } from "node:http";
import { renderPage } from "./notes.js";

const port = Number(process.env.PORT ?? 8080);

const server = createServer(async (request, response) => {
  request.setEncoding("utf8");
  let text = "";
  for await (const part of request) text += part;
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(renderPage(text || "# Notes\n\nPost some Markdown.\n"));
});

server.listen(port, () => console.log(`listening on ${port}`));
