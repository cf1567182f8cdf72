# SPDX-License-Identifier: GPL-2.0-only
"""'xenfmea review' as a browser sees it: real HTTP, real processes."""
import http.client
import json
import re
import signal
import subprocess
import time


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()


class Server:
    """A review that runs until the end of the with block."""

    def __init__(self, xenfmea, *options, folder="out"):
        self.process = subprocess.Popen(
            [xenfmea, "review", folder, "--port", "0", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        while line and not line.startswith("http://"):
            line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"no address: {self.process.stderr.read()}")
        self.address = line.strip()
        self.port = int(re.search(r":(\d+)/", self.address)[1])
        self.path = self.address[self.address.index("/?"):]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)
        self.process.stdout.close()
        self.process.stderr.close()

    def stop(self, number=signal.SIGTERM):
        """Its exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=20)

    def ask(self, method, path, body=None, **headers):
        """Headers by name, '_' for '-'; None leaves one out."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        names = {name.replace("_", "-"): value
                 for name, value in headers.items() if value is not None}
        if method == "POST" and "Content_Type" not in headers:
            names["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=60)
        try:
            connection.request(method, path, body, names)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)


class Client:
    """One open page."""

    def __init__(self, server):
        self.server = server
        page = server.get(server.path).text
        self.token = re.search(r'id="server">(\{.*?\})<', page)[1]
        self.token = json.loads(self.token)["token"]
        self.revision = server.get("/api/state").json["revision"]

    def post(self, path, body):
        return self.server.ask("POST", path, body,
                               X_Xenfmea_Token=self.token)

    def edit(self, base=None, **edit):
        """Edits at the revision that was seen last, or at `base`."""
        answer = self.post("/api/edit", {
            **edit, "base": self.revision if base is None else base})
        if answer.status == 200:
            self.revision = answer.json["revision"]
        return answer

    def undo(self):
        return self.post("/api/undo", {})

    def look(self):
        """What is decided, by site or group."""
        answer = self.server.get("/api/state").json
        self.revision = answer["revision"]
        return {item.get("site", item.get("group")): item
                for item in answer["decisions"]}


def wait_until(test, seconds=20):
    end = time.time() + seconds
    while not test():
        if time.time() > end:
            raise AssertionError("it does not happen")
        time.sleep(0.05)
