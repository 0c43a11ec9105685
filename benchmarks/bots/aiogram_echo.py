"""aiogram behind aiohttp, as its documentation shows. Echoes, and keeps nothing."""

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from benchmarks.bots.arguments import TOKEN, arguments
from benchmarks.talks import SECRET, TELEGRAM_PATH

given = arguments()
dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    await message.answer(message.text or "")


bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(given.api)))
app = web.Application()
SimpleRequestHandler(dispatcher=dispatcher, bot=bot, secret_token=SECRET).register(app, path=TELEGRAM_PATH)
setup_application(app, dispatcher, bot=bot)
web.run_app(app, host="127.0.0.1", port=given.port, print=None)
