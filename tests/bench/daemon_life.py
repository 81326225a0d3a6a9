#!/usr/bin/env python3
"""daemon_life.py BIN reload|upgrade|drain|descriptors: httpd++ and proxy++ through their changes, with clients who notice.

Called by daemon.sh. Prints a line for each measurement; what is lost is counted, never hidden.
"""
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

BIN = sys.argv[1]
GET = b"GET /1k.html HTTP/1.1\r\nHost: x\r\n\r\n"
work = tempfile.TemporaryDirectory()
root = os.path.join(work.name, "www")
os.mkdir(root)
with open(os.path.join(root, "1k.html"), "w", encoding="ascii") as page:
    page.write("x" * 1024)


class Daemon:
    """A daemon of ours, whoever its present process is."""

    def __init__(self, name, *options, prefix=()):
        self.err = os.path.join(work.name, name + str(time.time()))
        with open(self.err, "wb") as err:
            self.first = subprocess.Popen([*prefix, f"{BIN}/{name}", "--bind", "127.0.0.1", "--port", "0", "--access-log",
                                           "none", *options], stderr=err)
        self.pid = self.first.pid
        self.upgrades = 0
        while " on 127.0.0.1:" not in self.said():
            if self.first.poll() is not None:
                sys.exit(self.said())
            time.sleep(0.01)
        self.port = int(re.search(r" on 127.0.0.1:(\d+)", self.said())[1])

    def said(self):
        with open(self.err, encoding="utf-8", errors="replace") as err:
            return err.read()

    def times(self, words):
        return self.said().count(words)

    def reload(self):
        before = self.times(": reloaded\n")
        os.kill(self.pid, signal.SIGHUP)
        while self.times(": reloaded\n") == before:
            time.sleep(0.002)

    def upgrade(self):
        os.kill(self.pid, signal.SIGUSR2)
        self.upgrades += 1
        while len(found := re.findall(r"upgraded: process (\d+)", self.said())) < self.upgrades:
            time.sleep(0.002)
        self.pid = int(found[-1])

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.port))
        client.settimeout(20)
        return client

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        self.first.wait()


def answer_of(client):
    """One answer with its content; raises where there is none."""
    octets = b""
    while b"\r\n\r\n" not in octets or len(octets.split(b"\r\n\r\n", 1)[1]) < 1024:
        more = client.recv(65536)
        if not more:
            raise ConnectionError("no whole answer")
        octets += more
    return octets


def wrk(seconds, url, path=None):
    """Starts wrk; `path` is what its requests ask for, where that isn't in the URL."""
    command = ["wrk", "-t1", "-c64", f"-d{seconds}s", url]
    if path:
        script = os.path.join(work.name, "path.lua")
        with open(script, "w", encoding="ascii") as lua:
            lua.write(f'wrk.path = "{path}"\n')
        command[1:1] = ["-s", script]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def outcome(load):
    out = load.communicate()[0]
    requests = re.search(r"(\d+) requests in", out)[1]
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)[1]
    bad = re.findall(r"(Socket errors:.*|Non-2xx.*)", out)
    return f"{requests} requests, {float(rate):.0f} a second, " + ("; ".join(bad) if bad else "none failed")


def changing(daemon, load, count, change, pause):
    time.sleep(0.3)
    slowest = 0
    for _ in range(count):
        begun = time.time()
        change()
        slowest = max(slowest, time.time() - begun)
        time.sleep(max(0, pause - (time.time() - begun)))
    return f"{outcome(load)}; the slowest change took {slowest * 1e3:.0f} ms"


def changes(what, count, pause, seconds):
    httpd = Daemon("httpd++", root)
    change = lambda daemon: daemon.reload if what == "reload" else daemon.upgrade
    load = wrk(seconds, f"http://127.0.0.1:{httpd.port}/1k.html")
    print(f"httpd++, {count} times {what}:", changing(httpd, load, count, change(httpd), pause), flush=True)
    httpd.stop()

    origin = Daemon("httpd++", "--header-timeout", "600", "--idle-timeout", "600", root)
    proxy = Daemon("proxy++", "--allow-private", "--connect-port", "all")
    tunnels = [proxy.connect() for _ in range(1000)]
    for tunnel in tunnels:
        tunnel.sendall(f"CONNECT 127.0.0.1:{origin.port} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    for tunnel in tunnels:
        assert b" 200 " in tunnel.recv(4096)
    load = wrk(seconds, f"http://127.0.0.1:{proxy.port}/", f"http://127.0.0.1:{origin.port}/1k.html")
    said = changing(proxy, load, count, change(proxy), pause)
    broken = 0
    for tunnel in tunnels:
        try:
            tunnel.sendall(GET)
            answer_of(tunnel)
        except OSError:
            broken += 1
    print(f"proxy++, {count} times {what}, 1000 tunnels:", said + f"; {broken} tunnels broken", flush=True)
    for tunnel in tunnels:
        tunnel.close()
    proxy.stop()
    origin.stop()


def drain():
    for name, options in (("httpd++", [root]), ("proxy++", ["--allow-private", "--connect-port", "all"])):
        origin = Daemon("httpd++", root)
        daemon = Daemon(name, *options)
        request = GET if name == "httpd++" else f"GET http://127.0.0.1:{origin.port}/1k.html HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        idle, busy = [], []
        for clients, count in ((idle, 500), (busy, 1000)):
            for _ in range(count):
                clients.append(daemon.connect())
                clients[-1].sendall(request)
            for client in clients:
                answer_of(client)
        for client in busy:
            client.sendall(request[:20])
        time.sleep(0.3)
        begun = time.time()
        os.kill(daemon.pid, signal.SIGTERM)
        for client in idle:
            assert client.recv(1) == b"", "an idle connection was not ended properly"
        closed = time.time() - begun
        for client in busy:
            client.sendall(request[20:])
        answered = sum(b" 200 " in answer_of(client) for client in busy)
        last = time.time()
        code = daemon.first.wait()
        print(f"{name} drains: 500 idle connections ended within {closed * 1e3:.0f} ms, {answered} of 1000 requests in flight "
              f"answered, gone {(time.time() - last) * 1e3:.1f} ms after the last, exit code {code}", flush=True)
        for client in idle + busy:
            client.close()
        origin.stop()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def answered_within(clients, seconds):
    """How many of the clients have got something; they stay open."""
    waiting, until = {client.fileno(): client for client in clients}, time.time() + seconds
    poll = select.poll()
    for number in waiting:
        poll.register(number, select.POLLIN)
    count = 0
    while waiting and time.time() < until:
        for number, _ in poll.poll(100):
            poll.unregister(number)
            try:
                count += bool(waiting.pop(number).recv(65536))
            except OSError:
                pass
    return count


def descriptors():
    for name, options in (("httpd++", [root]), ("proxy++", ["--allow-private", "--connect-port", "all"])):
        origin = Daemon("httpd++", root)
        daemon = Daemon(name, *options, prefix=["prlimit", "--nofile=256:256"])
        request = GET if name == "httpd++" else f"GET http://127.0.0.1:{origin.port}/1k.html HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        clients = [daemon.connect() for _ in range(2000)]
        for client in clients:
            client.sendall(request)
        served = answered_within(clients, 10)
        before = cpu_seconds(daemon.pid)
        time.sleep(2)
        busy = (cpu_seconds(daemon.pid) - before) / 2
        for client in clients:
            client.close()
        begun = time.time()
        with daemon.connect() as client:
            client.sendall(request)
            answer_of(client)
        print(f"{name} with 256 descriptors and 2000 clients: {served} answered in 10 s, {busy * 100:.1f} % of a core while they "
              f"stay, a new client answered {(time.time() - begun) * 1e3:.0f} ms after they have left", flush=True)
        daemon.stop()
        origin.stop()


limits = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(limits[1], 65536), limits[1]))
{
    "reload": lambda: changes("reload", 100, 0.1, 13),
    "upgrade": lambda: changes("upgrade", 10, 0.5, 8),
    "drain": drain,
    "descriptors": descriptors,
}[sys.argv[2]]()
