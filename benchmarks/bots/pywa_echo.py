"""PyWa with FastAPI and uvicorn, as its documentation shows. Echoes, and keeps nothing."""

import httpx
import uvicorn
from fastapi import FastAPI
from pywa_async import WhatsApp, filters, types

from benchmarks.bots.arguments import arguments
from benchmarks.talks import APP_SECRET, PHONE_ID, WHATSAPP_PATH

given = arguments()


class Local(httpx.AsyncClient):
    """PyWa's default client, led to the stand-in instead of to Meta."""

    @property
    def base_url(self) -> httpx.URL:
        return httpx.URL(f"{given.api}/v23.0")

    @base_url.setter
    def base_url(self, _url: object) -> None:
        return


server = FastAPI()
client = WhatsApp(
    phone_id=PHONE_ID,
    token="bench",
    server=server,
    webhook_endpoint=WHATSAPP_PATH,
    verify_token="bench",
    app_secret=APP_SECRET,
    session=Local(),
)


@client.on_message(filters.text)
async def echo(_client: WhatsApp, message: types.Message) -> None:
    await message.reply(message.text or "")


uvicorn.run(server, host="127.0.0.1", port=given.port, log_level="warning", access_log=False)
