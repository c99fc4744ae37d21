import { makeServer } from "./server.js";

await makeServer().listen({ host: "0.0.0.0", port: Number(process.env.PORT ?? 8080) });
