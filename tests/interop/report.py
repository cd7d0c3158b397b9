"""report.html in a browser: report.py FOLDER OUT, where FOLDER has evault/report.html and data/.

Speaks the DevTools protocol over a pipe to a headless Chromium, writes OUT/wide.png, narrow.png and
page.pdf, and one line `name value` for each thing that report.sh judges.
"""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

WIDTHS = {"wide": 1280, "narrow": 360}
# What of the page is the same whatever the evidence is; run in the page, by the protocol.
QUESTIONS = {
    "pictures": "[...document.images].length",
    "pictures-shown": "[...document.images].filter(i => i.complete && i.naturalWidth > 0).length",
    "scripts-run": "document.title == 'run' ? 1 : 0",
    "foreign-elements": "document.querySelectorAll('script, link, iframe, object, svg, form, base').length",
    "styles": "document.querySelectorAll('style').length",
    "styled": "getComputedStyle(document.querySelector('article')).borderTopWidth == '4px' ? 1 : 0",
    "right-to-left": "[...document.querySelectorAll('.value')].filter("
                     "v => getComputedStyle(v).direction == 'rtl').length",
    "added-style-works": "(s => { s.textContent = 'body { color: rgb(1, 2, 3) }'; document.head.append(s);"
                         "return getComputedStyle(document.body).color == 'rgb(1, 2, 3)' ? 1 : 0 })"
                         "(document.createElement('style'))",
}
# The rightmost edge of anything, in pixels of the page: what overflows a clipped box counts too.
EDGE = "Math.ceil(Math.max(...[...document.querySelectorAll('body *')].map(e => e.getBoundingClientRect().right)))"


class Browser:
    def __init__(self, profile):
        to_read, self.to = os.pipe()
        self.from_, from_write = os.pipe()
        os.set_inheritable(to_read, True)
        os.set_inheritable(from_write, True)
        # It reads from 3 and writes to 4.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{to_read} 4>&{from_write}', "sh", "chromium", "--headless",
             "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.rest = b""
        self.events = []
        self.number = 0
        self.session = None

    def read(self):
        while b"\0" not in self.rest:
            more = os.read(self.from_, 1 << 20)
            if not more:
                sys.exit("chromium went away")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self.read())

    def ask(self, expression):
        return self.call("Runtime.evaluate", expression=expression, awaitPromise=True,
                         returnByValue=True)["result"].get("value")


def look(browser, out, name, width):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800,
                 deviceScaleFactor=1, mobile=name == "narrow")
    # Pictures load when they come into view.
    browser.ask("new Promise(done => { for (const i of document.images) i.loading = 'eager';"
                "Promise.all([...document.images].map(i => i.decode().catch(() => 0))).then(done) })")
    size = browser.call("Page.getLayoutMetrics")["cssContentSize"]
    print(f"{name}-width", size["width"])
    print(f"{name}-edge", browser.ask(EDGE))
    shot = browser.call("Page.captureScreenshot", captureBeyondViewport=True,
                        clip={"x": 0, "y": 0, "width": size["width"], "height": size["height"],
                              "scale": 1})
    (out / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def main():
    folder, out = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        browser.session = browser.call("Target.attachToTarget", targetId=target,
                                       flatten=True)["sessionId"]
        for domain in "Page", "Network", "Log", "Runtime":
            browser.call(f"{domain}.enable")
        browser.call("Page.navigate", url=(folder / "evault/report.html").as_uri())
        browser.wait("Page.loadEventFired")
        # Before anything else is asked of the page: as it is printed by who just opened it.
        pdf = browser.call("Page.printToPDF", preferCSSPageSize=False, paperWidth=8.27, paperHeight=11.69,
                           printBackground=False)
        (out / "page.pdf").write_bytes(base64.b64decode(pdf["data"]))
        for name, width in WIDTHS.items():
            look(browser, out, name, width)
        for name, expression in QUESTIONS.items():
            print(name, browser.ask(expression))
        # What the policy stops is announced, but goes nowhere.
        stopped = {e["params"]["requestId"] for e in browser.events
                   if e.get("method") == "Network.loadingFailed" and e["params"].get("blockedReason")}
        asked = {e["params"]["request"]["url"] for e in browser.events
                 if e.get("method") == "Network.requestWillBeSent"
                 and e["params"]["requestId"] not in stopped}
        print("asked-outside", sum(not u.startswith(folder.as_uri() + "/") for u in asked))
        print("asked-inside", sum(u.startswith(folder.as_uri() + "/data/") for u in asked))
        browser.session = None
        browser.call("Browser.close")
        browser.process.wait()


main()
