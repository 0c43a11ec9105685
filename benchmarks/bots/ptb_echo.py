"""python-telegram-bot with its defaults: its own web server, its own HTTP client, one update at a time. Echoes, and keeps nothing."""

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from benchmarks.bots.arguments import TOKEN, arguments
from benchmarks.talks import SECRET, TELEGRAM_PATH

given = arguments()


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message and update.message.text
    await update.message.reply_text(update.message.text)


app = Application.builder().token(TOKEN).base_url(f"{given.api}/bot").build()
app.add_handler(MessageHandler(filters.TEXT, echo))
app.run_webhook(
    listen="127.0.0.1",
    port=given.port,
    url_path=TELEGRAM_PATH,
    secret_token=SECRET,
    webhook_url=f"https://bench.invalid{TELEGRAM_PATH}",
)
