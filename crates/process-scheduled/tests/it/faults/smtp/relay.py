"""A relay that others wrote (aiosmtpd): one line of JSON for each message it took."""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP


class Handler:
    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {
            part.get_content_subtype(): part.get_content()
            for part in message.walk()
            if not part.is_multipart()
        }
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": message["subject"],
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
            "parts": parts,
        }
        with open(sys.argv[1], "a", encoding="utf-8") as journal:
            journal.write(json.dumps(line) + "\n")
        return "250 2.0.0 Ok: queued as 4F2A9"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Handler(), hostname="relais", enable_SMTPUTF8=False), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
