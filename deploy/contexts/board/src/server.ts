import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import fastify, { type FastifyInstance } from "fastify";
import { marked } from "marked";
import { Board } from "./notices.js";

const PINNED = {
  body: {
    type: "object",
    required: ["title"],
    properties: { title: { type: "string" }, text: { type: "string", default: "" } },
  },
};

/** The service: its page, and the notices of a board as JSON. */
export function makeServer(board = new Board()): FastifyInstance {
  const server = fastify();
  const root = fileURLToPath(new URL("public/", import.meta.url));
  server.register(fastifyStatic, { root });
  server.get("/", (_, reply) => reply.type("text/html; charset=utf-8").send(PAGE));
  server.get<{ Querystring: { q?: string } }>("/notices", async ({ query }) =>
    board.search(query.q ?? "").map((each) => ({ ...each, html: marked.parse(each.text) })),
  );
  server.post<{ Body: { title: string; text: string } }>(
    "/notices",
    { schema: PINNED },
    async ({ body }, reply) => {
      try {
        return reply.code(201).send(board.pin(body.title, body.text));
      } catch (error) {
        return reply.code(400).send({ message: (error as Error).message });
      }
    },
  );
  return server;
}

const PAGE = '<!doctype html><title>Board</title><main></main><script src="/page.js"></script>\n';
