"""Signs in as an ordinary chat program does, joins a room, says something and waits to hear it."""

import asyncio
import ssl
import sys

import slixmpp

host, port, way, version, jid, password, room, words, mechanism = sys.argv[1:]


class Program(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password, sasl_mech=mechanism or None)
        self.register_plugin("xep_0045")
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("groupchat_message", self.hear)
        self.add_event_handler("failed_all_auth", lambda _: self.finish("failed_auth"))
        self.add_event_handler("connection_failed", lambda why: self.finish("no connection: %s" % why))
        self.said = asyncio.get_event_loop().create_future()

    def finish(self, result):
        if not self.said.done():
            self.said.set_result(result)

    async def start(self, _):
        self.send_presence()
        self["xep_0045"].join_muc(room, "alice")
        await asyncio.sleep(0.2)
        self.send_message(mto=room, mbody=words, mtype="groupchat")

    def hear(self, message):
        if message["body"] == words:
            self.finish("heard " + message["body"])


async def main():
    program = Program()
    program.ssl_context = ssl._create_unverified_context()
    if version == "1.2":
        program.ssl_context.maximum_version = ssl.TLSVersion.TLSv1_2
    program.connect(address=(host, int(port)), use_ssl=way == "direct", force_starttls=way == "starttls", disable_starttls=way == "direct")
    result = await asyncio.wait_for(program.said, 20)
    program.disconnect(wait=1)
    await asyncio.sleep(0.1)
    print(result)
    sys.stdout.flush()


asyncio.get_event_loop().run_until_complete(main())
