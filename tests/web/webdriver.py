# SPDX-License-Identifier: GPL-2.0-only
"""A small WebDriver client (W3C) for chromedriver over loopback: no package
beyond the standard library, no network."""
import base64
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--disable-dev-shm-usage",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--force-color-profile=srgb"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

# Keys that have no character, as WebDriver spells them.
ENTER, ESCAPE, TAB = "\ue007", "\ue00c", "\ue004"
DOWN, UP, LEFT, RIGHT = "\ue015", "\ue013", "\ue012", "\ue014"


class Browser:
    """Headless Chromium. Use as a context manager."""

    def __init__(self, width=1440, height=900, dark=False):
        for program in ("chromedriver", "chromium"):
            if not shutil.which(program):
                raise SystemExit(f"{program} is not installed: "
                                 "apt install chromium chromium-driver")
        self.profile = tempfile.TemporaryDirectory(prefix="xf-chromium-")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        try:
            self._start()
            self.resize(width, height)
            if dark:
                self.dark()
        except BaseException:
            self._stop()
            raise

    def _start(self):
        self.base = f"http://127.0.0.1:{self._port()}"
        flags = FLAGS + [f"--user-data-dir={self.profile.name}"]
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {"binary": shutil.which("chromium"),
                                   "args": flags}}}})
        self.base += f"/session/{made['sessionId']}"

    def _stop(self):
        self.driver.terminate()
        self.driver.wait()
        self.driver.stdout.close()
        self.profile.cleanup()

    def _port(self):
        for line in self.driver.stdout:
            if "successfully on port" in line:
                return int(line.split("on port")[1].strip(" .\n"))
        raise SystemExit("chromedriver did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", "")
        finally:
            self._stop()

    def _call(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + path, method=method,
            data=json.dumps(body or {}).encode() if method == "POST" else None,
            headers={"Content-Type": "application/json"})
        # No proxy of the environment: this never leaves the machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def devtools(self, command, **parameters):
        return self._call("POST", "/goog/cdp/execute",
                          {"cmd": command, "params": parameters})

    def count_work(self):
        """Time of the page's main thread is counted from now on: by what the
        processor did, so that a busy machine does not change it."""
        self.devtools("Performance.enable", timeDomain="threadTicks")

    def work(self):
        """Milliseconds since the page was opened."""
        metrics = self.devtools("Performance.getMetrics")["metrics"]
        return 1000 * next(one["value"] for one in metrics
                           if one["name"] == "TaskDuration")

    def resize(self, width, height, scale=1):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width,
                      height=height, deviceScaleFactor=scale, mobile=False)

    def dark(self, on=True):
        value = "dark" if on else "light"
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": value}])

    def open(self, path, fragment=""):
        # Leave first: another fragment alone would not load the page again.
        self.visit("about:blank")
        self.visit(pathlib.Path(path).resolve().as_uri() + fragment)

    def visit(self, address):
        self._call("POST", "/url", {"url": address})

    def visit(self, address):
        self._call("POST", "/url", {"url": "about:blank"})
        self._call("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        return self._call("POST", "/execute/sync",
                          {"script": script, "args": list(arguments)})

    def keys(self, text):
        actions = [{"type": kind, "value": ch} for ch in text
                   for kind in ("keyDown", "keyUp")]
        self._call("POST", "/actions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": actions}]})

    def _find(self, css):
        found = self._call("POST", "/element",
                           {"using": "css selector", "value": css})
        return f"/element/{found[ELEMENT]}"

    def click(self, css):
        self._call("POST", f"{self._find(css)}/click")

    def choose_file(self, css, path):
        """Into an <input type=file>, as if somebody had picked it."""
        self._call("POST", f"{self._find(css)}/value", {"text": str(path)})

    def downloads(self, folder):
        self.devtools("Browser.setDownloadBehavior", behavior="allow",
                      downloadPath=str(folder))

    def wait(self, script, *arguments, seconds=5):
        """Until the expression holds; its last value is returned."""
        end = time.monotonic() + seconds
        while True:
            value = self.run(f"return {script}", *arguments)
            if value or time.monotonic() > end:
                return value
            time.sleep(0.02)

    def alert_is_open(self):
        try:
            self._call("GET", "/alert/text")
            return True
        except RuntimeError:
            return False

    def log(self):
        return [entry["message"] for entry in
                self._call("POST", "/se/log", {"type": "browser"})]

    def screenshot(self, path):
        png = base64.b64decode(self._call("GET", "/screenshot"))
        pathlib.Path(path).write_bytes(png)

    def pdf(self):
        return base64.b64decode(self._call("POST", "/print", {
            "orientation": "landscape",
            "page": {"width": 21.0, "height": 29.7}}))
