// grammY behind Node's own HTTP server, as its documentation shows. Echoes, and keeps nothing.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const argument = (name) => process.argv[process.argv.indexOf(name) + 1];
const { Bot, webhookCallback } = createRequire(argument("--modules") + "/")("grammy");

const me = { id: 123456789, is_bot: true, first_name: "Bench", username: "bench_bot" };
const bot = new Bot("123456789:AAbench-of-sapa-pmi-is-not-a-real-token", { client: { apiRoot: argument("--api") }, botInfo: me });
bot.on("message:text", (context) => context.reply(context.message.text));
createServer(webhookCallback(bot, "http", { secretToken: "bench-secret-0123456789" })).listen(Number(argument("--port")), "127.0.0.1");
