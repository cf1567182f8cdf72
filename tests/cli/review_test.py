# SPDX-License-Identifier: GPL-2.0-only
"""review_test.py XENFMEA CASE: cases of review.sh, in a folder with out/."""
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from http.client import HTTPException

from review_client import Client, Server, wait_until

XENFMEA = sys.argv[1]
FILE = pathlib.Path("fmea-decisions.json")


def rows(query):
    with sqlite3.connect("out/xenfmea.db") as database:
        return database.execute(query).fetchall()


SITES = [row[0] for row in rows("SELECT DISTINCT site_id FROM site ORDER BY 1")]


def decided():
    """What is in the file, by site or group."""
    items = json.loads(FILE.read_text())["decisions"]
    assert items[-1] == {"end": True}
    return {item.get("site", item.get("group")): item for item in items[:-1]}


def run(*command):
    return subprocess.run([XENFMEA, *command], capture_output=True, text=True)


def decide(*options):
    return run("decide", "--db", "out", *options)


def expect(answer, status, text=""):
    assert answer.status == status, (answer.status, answer.body)
    assert text in answer.text, answer.text
    if status not in (200, 409):
        assert answer.json["error"], answer.body
    return answer


# ---- cases -------------------------------------------------------------------

def page():
    with Server(XENFMEA) as server:
        got = server.get(server.path)
        assert got.status == 200
        policy = got.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "nonce-" in policy
        assert "connect-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "connect-src 'none'" not in got.text
        for name, value in {"Cache-Control": "no-store",
                            "X-Content-Type-Options": "nosniff",
                            "X-Frame-Options": "DENY",
                            "Referrer-Policy": "no-referrer",
                            "Cross-Origin-Resource-Policy": "same-origin",
                            "Content-Type": "text/html; charset=utf-8"}.items():
            assert got.headers[name] == value, name
        assert "Access-Control-Allow-Origin" not in got.headers
        # Every page has a token of its own; one without the key has none.
        assert Client(server).token != Client(server).token
        assert '{"token":""}' in server.get("/").text
        assert '{"token":""}' in server.get("/?key=" + "0" * 32).text
        head = server.ask("HEAD", server.path)
        assert head.status == 200 and not head.body
        assert "default-src 'none'" in \
            server.get("/api/state").headers["Content-Security-Policy"]
        # Other addresses of this machine do not answer.
        other = socket.socket()
        other.settimeout(5)
        assert other.connect_ex(("127.0.0.2", server.port)) != 0
        other.close()
    assert not FILE.exists()


def refusals():
    edit = {"site": SITES[0], "disposition": "keep", "base": 1}
    with Server(XENFMEA) as server:
        token = Client(server).token

        def post(status, text="", body=edit, path="/api/edit", **headers):
            headers.setdefault("X_Xenfmea_Token", token)
            expect(server.ask("POST", path, body, **headers), status, text)

        for host in ("evil.example", f"evil.example:{server.port}",
                     "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.:{server.port}"):
            for path in ("/", "/api/state", "/api/minutes"):
                expect(server.get(path, Host=host), 403)
            post(403, Host=host)
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1",
                       f"https://127.0.0.1:{server.port}",
                       f"http://127.0.0.1:{server.port}.evil.example"):
            expect(server.get("/api/state", Origin=origin), 403)
            post(403, Origin=origin)
        expect(server.get("/api/state", Sec_Fetch_Site="cross-site"), 403)
        post(403, Sec_Fetch_Site="same-site")
        key = server.address.split("key=")[1]
        for wrong in (None, "", "0" * 32, token[:-1], token + "0", key):
            post(403, "xenfmea review", X_Xenfmea_Token=wrong)
            post(403, path="/api/undo", body={}, X_Xenfmea_Token=wrong)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "",
                     "application/jsonp"):
            post(415, Content_Type=kind)
        post(413, body=json.dumps({**edit, "rationale": "x" * 70000}))
        post(413, body="[" * 100000)
        for body in ("", "{", "[", "{} {}", '{"site": "a\\u0000b"}', b"\xff",
                     "[" * 60000, "nul\0l"):
            post(400, body=body)
        for change in ({"site": "XF-000000000000"}, {"site": "../../etc"},
                       {"site": ""}, {"group": "no such group"}, {"base": None},
                       {"base": "1"}, {"disposition": "perhaps"},
                       {"disposition": 1}, {"rationale": ["a"]},
                       {"aou": [1]}, {"aou": {"a": 1}}, {"date": "yesterday"},
                       {"by": "x" * 300}, {"rationale": "x" * 17000},
                       {"unknown": 1}, {"sites": ["a"]}, {"was": 1}):
            body = {**edit, **change}
            if "group" in change:
                del body["site"]
            post(422, body={k: v for k, v in body.items() if v is not None})
        for body in ([], 1, None, "text"):
            post(422, body=json.dumps(body))
        expect(server.ask("PUT", "/api/edit", edit, X_Xenfmea_Token=token), 405)
        expect(server.get("/api/edit"), 405)
        expect(server.ask("POST", "/api/state", {}, X_Xenfmea_Token=token), 405)
        expect(server.get("/etc/passwd"), 404)
        expect(server.get("/../../etc/passwd"), 404)
        expect(server.ask("OPTIONS", "/api/edit"), 405)
        # A request that is no HTTP, and one that never ends.
        for raw in (b"\0\1\2\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 200000):
            link = socket.create_connection(("127.0.0.1", server.port))
            try:
                link.sendall(raw)
            except ConnectionError:
                pass
            link.close()
        assert not FILE.exists(), "a refused edit is in the file"
        # And it works from here.
        here = f"http://127.0.0.1:{server.port}"
        post(200, Origin=here, Sec_Fetch_Site="same-origin",
             Content_Type="application/json; charset=utf-8")
        post(200, body={**edit, "base": 2},
             Host=f"localhost:{server.port}")
        assert server.stop() == 0
    assert list(decided()) == [SITES[0]]


def two_clients():
    a_site, b_site = SITES[:2]
    with Server(XENFMEA, "--who", "chair", "--meeting", "SR 1") as server:
        a, b = Client(server), Client(server)
        got = expect(a.edit(site=a_site, disposition="remove-by-AoU",
                            rationale="because", aou=["AoU-1", "AoU-2"],
                            by="ann", date="2026-11-24"), 200).json
        assert got["current"]["by"] == "ann"
        line = decided()[a_site]
        assert line["disposition"] == "remove-by-AoU"
        assert line["rationale"] == "because" and line["who"] == "ann"
        assert line["aou"] == ["AoU-1", "AoU-2"] and line["meeting"] == "SR 1"
        assert line["when"] == "2026-11-24"
        assert line["file"] and line["text"] and line["identity"]
        # Another site: no conflict, although the revision is an older one.
        expect(b.edit(site=b_site, disposition="keep"), 200)
        assert decided()[b_site]["who"] == "chair"
        # The same site: ann's decision is shown, and stays.
        before = FILE.read_bytes()
        got = expect(b.edit(base=1, site=a_site, disposition="keep"), 409).json
        assert got["current"]["disposition"] == "remove-by-AoU"
        assert got["current"]["rationale"] == "because"
        assert FILE.read_bytes() == before
        # b has seen it, and decides otherwise on purpose.
        b.revision = got["revision"]
        expect(b.edit(site=a_site, disposition="propagate"), 200)
        # What a does not give stays as it is.
        a.look()
        expect(a.edit(site=a_site, rationale="agreed"), 200)
        assert decided()[a_site]["disposition"] == "propagate"
        # A revision that is not there yet was not seen.
        expect(a.edit(base=10 ** 6, site=a_site, disposition="keep"), 409)
        # Taken back by an edit.
        a.look()
        expect(a.edit(site=a_site, disposition=""), 200)
        assert a_site not in decided()
        changes = server.get("/api/changes?since=2").json
        assert {"site": a_site, "disposition": "", "revision":
                changes["revision"]} in changes["decisions"]
        assert not server.get(f"/api/changes?since={changes['revision']}"
                              ).json["decisions"]


def undo():
    site, other = SITES[:2]
    with Server(XENFMEA) as server:
        a, b = Client(server), Client(server)
        expect(a.undo(), 404)
        expect(a.edit(site=site, disposition="keep", rationale="one"), 200)
        expect(a.edit(site=site, disposition="keep", rationale="two"), 200)
        b.look()
        expect(b.edit(site=other, disposition="keep"), 200)
        # A client takes back what it did itself.
        expect(a.undo(), 200)
        assert decided()[site]["rationale"] == "one"
        assert other in decided()
        expect(a.undo(), 200)
        assert site not in decided()
        expect(a.undo(), 404)
        # What somebody else decided meanwhile is not taken back.
        a.look()
        expect(a.edit(site=site, disposition="keep"), 200)
        b.look()
        expect(b.edit(site=site, disposition="propagate"), 200)
        got = expect(a.undo(), 409).json
        assert got["current"]["disposition"] == "propagate"
        assert decided()[site]["disposition"] == "propagate"


def groups():
    name, n = rows("SELECT decision_group, count(DISTINCT site_id) n FROM "
                   "v_worksheet WHERE decision_group <> '' GROUP BY 1 "
                   "HAVING n > 2 ORDER BY n LIMIT 1")[0]
    quoted = name.replace("'", "''")
    members = [row[0] for row in rows("SELECT DISTINCT site_id FROM v_worksheet "
                                      f"WHERE decision_group = '{quoted}'")]
    with Server(XENFMEA) as server:
        a, b = Client(server), Client(server)
        expect(a.edit(site=members[0], disposition="propagate"), 200)
        got = expect(a.edit(group=name, disposition="keep", rationale="all"),
                     200).json["current"]
        assert sorted(got["sites"]) == sorted(members[1:])
        lines = decided()
        assert lines[members[0]]["disposition"] == "propagate"
        assert lines[name]["disposition"] == "keep"
        for site in members[1:]:
            assert lines[site]["group"] == name
            assert "disposition" not in lines[site] and lines[site]["file"]
        # One of them by itself, by somebody who has not seen the group's.
        expect(b.edit(site=members[1], disposition="open"), 409)
        b.look()
        expect(b.edit(site=members[1], disposition="open"), 200)
        # Deciding the group again leaves that alone.
        a.look()
        expect(a.edit(group=name, disposition="propagate"), 200)
        lines = decided()
        assert lines[members[1]]["disposition"] == "open"
        assert "group" not in lines[members[1]]
        # Back and back again.
        expect(a.undo(), 200)
        assert decided()[name]["disposition"] == "keep"
        a.look()
        expect(a.edit(group=name, disposition=""), 200)
        assert sorted(decided()) == sorted(members[:2])
        # Only some of its sites.
        expect(a.edit(group=name, sites=members[2:3], disposition="keep"), 200)
        assert decided().keys() == {name, *members[:3]}
    shown = decide("--list").stdout
    assert len(shown.splitlines()) == 4, shown
    # The worksheet says the same.
    assert run("rate", "--db", "out/xenfmea.db").returncode == 0
    states = dict(rows("SELECT DISTINCT site_id, status FROM v_worksheet"))
    assert states[members[0]] == states[members[2]] == "decided"
    assert states[members[1]] == "open"
    assert all(states[site] == "proposed" for site in members[3:])


def others():
    """Programs that change the file while it is served."""
    site, other = SITES[:2]
    with Server(XENFMEA) as server:
        a = Client(server)
        expect(a.edit(site=site, disposition="keep"), 200)
        seen = a.revision
        got = decide(other, "--disposition", "propagate")
        assert got.returncode == 0, got.stderr
        changes = server.get(f"/api/changes?since={seen}").json
        assert [item["site"] for item in changes["decisions"]] == [other]
        expect(a.edit(site=other, disposition="keep"), 409)
        assert decided()[other]["disposition"] == "propagate"
        # As a merge leaves it: refused, and not touched.
        good = FILE.read_text()
        broken = good.replace('{"end"', '<<<<<<< HEAD\n{"end"')
        FILE.write_text(broken)
        expect(a.edit(site=site, disposition="propagate"), 503, "merge")
        expect(server.get("/api/state"), 503, "merge")
        expect(a.undo(), 503)
        assert FILE.read_text() == broken
        FILE.write_text(good.replace('"propagate"', '"open"'))
        assert a.look()[other]["disposition"] == "open"
        expect(a.edit(site=site, disposition="propagate"), 200)
        assert decided()[other]["disposition"] == "open"
        # Gone, as for a moment of a checkout: never the end of all decisions.
        good = FILE.read_text()
        FILE.unlink()
        expect(a.edit(site=site, disposition="keep"), 503, "gone")
        assert not FILE.exists()
        FILE.write_text(good)
        a.look()
        expect(a.edit(site=site, disposition="keep"), 200)
        assert a.look().keys() == {site, other}
        # A page that waits is told at once.
        result = []
        since = a.revision
        waiter = threading.Thread(target=lambda: result.append(server.get(
            f"/api/changes?since={since}&wait=20")))
        waiter.start()
        time.sleep(0.5)
        begin = time.time()
        assert decide("--remove", other).returncode == 0
        waiter.join()
        assert time.time() - begin < 10
        assert result[0].json["decisions"][0]["site"] == other


def minutes():
    site, other = SITES[:2]
    evil = "<script>alert(1)</script>\x1b[31m=HYPERLINK(\"http://x\")\u202e"
    with Server(XENFMEA, "--meeting", "Safety review 12", "--minutes",
                "minutes.txt") as server:
        a = Client(server)
        expect(a.edit(site=site, disposition="remove-by-AoU", by="ann",
                      aou=["XenAoU~x~1"], rationale="first line\nsecond"), 200)
        expect(a.edit(site=other, disposition="keep", by=evil[:40],
                      rationale=evil), 200)
        live = pathlib.Path("minutes.txt").read_text()
        got = server.get("/api/minutes")
        assert got.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert live == got.text
        for part in ("Safety review 12", site, "remove-by-AoU (was: not decided)",
                     "Rationale: first line\n               second",
                     "AoU: XenAoU~x~1", "By: ann", "2 made here"):
            assert part in live, (part, live)
        assert "\x1b" not in live and "\u202e" not in live
        expect(a.undo(), 200)
        assert other not in pathlib.Path("minutes.txt").read_text()
        state = server.get("/api/state")
        assert state.headers["Content-Type"] == "application/json"
        a.look()
        expect(a.edit(site=other, disposition="keep", rationale=evil), 200)
        assert "<script>alert" not in server.get(server.path).text
        line = decided()[other]["rationale"]
        assert "\\x1b" in line and "\x1b" not in line
        # A request that waits is answered when the server ends.
        a.look()
        result = []
        waiter = threading.Thread(target=lambda: result.append(server.get(
            f"/api/changes?since={a.revision}&wait=20").status))
        waiter.start()
        time.sleep(0.5)
        begin = time.time()
        assert server.stop(signal.SIGINT) == 0
        waiter.join()
        assert result == [200] and time.time() - begin < 10
    got = run("review", "out", "--port", "0", "--minutes", "minutes.txt")
    assert got.returncode == 2 and got.stderr.count("\n") == 1
    assert "minutes.txt exists" in got.stderr and not got.stdout


def trouble():
    def refused(text, *options):
        got = run("review", *options)
        assert got.returncode == 2, got
        assert got.stderr.count("\n") == 1 and text in got.stderr, got.stderr
        assert not got.stdout

    with Server(XENFMEA) as server:
        refused("--port", "out", "--port", str(server.port))
        # A second one beside it is fine.
        with Server(XENFMEA) as second:
            expect(Client(second).edit(site=SITES[0], disposition="keep"), 200)
            assert SITES[0] in Client(server).look()
        assert server.stop(signal.SIGTERM) == 0
        assert not server.process.stderr.read()
    refused("holds no worksheet", "nowhere")
    FILE.write_text('{"format": "xenfmea-decisions 1", "decisions": [')
    refused(str(FILE), "out", "--port", "0")
    FILE.unlink()
    os.rename("out/worksheet.html", "kept.html")
    pathlib.Path("out/worksheet.html").write_text("<p>something else</p>")
    refused("scan again", "out", "--port", "0")
    os.rename("kept.html", "out/worksheet.html")
    refused("cannot write", "out", "--port", "0", "--minutes", "no/minutes.txt")


def kill():
    """Killed in the middle of 200 decisions: what was acknowledged is there."""
    wanted = SITES[:200]
    assert len(wanted) == 200
    acknowledged = {}
    lock = threading.Lock()

    def meet(server, todo):
        client = Client(server)
        for site in todo:
            try:
                answer = client.edit(site=site, disposition="keep",
                                     rationale=f"r-{site}")
            except (OSError, ValueError, HTTPException):
                return  # the server was killed
            if answer.status == 200:
                with lock:
                    acknowledged[site] = answer.json["current"]["rationale"]
            else:
                raise AssertionError(answer.body)

    for until in (40, 110, 200):
        todo = [site for site in wanted if site not in acknowledged]
        with Server(XENFMEA) as server:
            threads = [threading.Thread(target=meet,
                                        args=(server, todo[part::2]))
                       for part in range(2)]
            for thread in threads:
                thread.start()
            wait_until(lambda: len(acknowledged) >= until, 120)
            server.stop(signal.SIGKILL)
            for thread in threads:
                thread.join()
        have = decided()
        for site, rationale in acknowledged.items():
            assert have[site]["rationale"] == rationale, site
    assert len(decided()) == 200
    got = decide("--list")
    assert got.returncode == 0 and len(got.stdout.splitlines()) == 200


def writers():
    """Two commands and a server at once: no decision is lost."""
    def command(todo):
        for site in todo:
            got = decide(site, "--disposition", "keep", "-q")
            assert got.returncode == 0, got.stderr

    def browser(server, todo):
        client = Client(server)
        for site in todo:
            expect(client.edit(site=site, disposition="propagate"), 200)

    failed = []

    def guarded(function, *arguments):
        try:
            function(*arguments)
        except BaseException as error:
            failed.append(error)
            raise

    with Server(XENFMEA) as server:
        threads = [threading.Thread(target=guarded, args=arguments)
                   for arguments in ((command, SITES[:30]),
                                     (command, SITES[30:60]),
                                     (browser, server, SITES[60:90]))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failed
    have = decided()
    assert sorted(have) == sorted(SITES[:90])
    assert all(have[site]["disposition"] == "propagate"
               for site in SITES[60:90])


if __name__ == "__main__":
    globals()[sys.argv[2]]()
