// Probot as its own documentation starts it, with a handler that does nothing: `node bare-probot.ts PORT SECRET`.
import { createServer } from "node:http";
import { createNodeMiddleware, Probot } from "probot";

const [port = "", secret = ""] = process.argv.slice(2);
const probot = new Probot({ appId: 1, privateKey: "-", secret, logLevel: "fatal" });
const app = (one: Probot) => one.on("pull_request", () => undefined);
const middleware = await createNodeMiddleware(app, { probot, webhooksPath: "/api/github/webhooks" });
const server = createServer((request, response) => void middleware(request, response));
server.listen(Number(port), "127.0.0.1", () => console.log("up"));
