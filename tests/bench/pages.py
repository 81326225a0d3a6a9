#!/usr/bin/env python3
"""What an open page costs the program that it shows, and the browser that shows it. By hand, or by pages.sh:

    pages.py HTTPD CLIENT RATE SECONDS   processor time for each request, without a page and with three; CLIENT: paced_client
    pages.py PING TARGETS SECONDS        processor time of watching so many targets, without a page and with three
    pages.py browser PING TARGETS SECONDS   how much of the time the main thread of headless Chromium has a task

HTTPD and PING are the programs to measure, optimised. A page is a WebSocket that reads as a browser does.
"""
import base64
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request


def cpu(pid):
    fields = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


class Page(threading.Thread):
    def __init__(self, port):
        super().__init__(daemon=True)
        self.octets = 0
        self.socket = socket.create_connection(('127.0.0.1', port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f'GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
                             f'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n').encode())
        self.start()

    def run(self):
        try:
            while data := self.socket.recv(65536):
                self.octets += len(data)
        except OSError:
            pass

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def start(command, words):
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    said = ''
    while not all(re.search(word, said) for word in words):
        line = process.stderr.readline()
        if not line:
            sys.exit(said)
        said += line
    return process, [int(re.search(word, said)[1]) for word in words]


def measure_server(httpd, client, rate, seconds):
    def load(port, time):
        subprocess.run([client, str(port), '/1k.txt', '20', str(rate), str(time)], capture_output=True, check=True)

    with tempfile.TemporaryDirectory() as root:
        open(root + '/1k.txt', 'w').write('x' * 1024)
        command = [httpd, root, '--bind', '127.0.0.1', '--port', '0', '--access-log', 'none', '--admin', '127.0.0.1:0']
        process, (port, admin) = start(command, [r' on 127.0.0.1:(\d+),', r'administrators on 127.0.0.1:(\d+)'])
        try:
            load(port, 1)
            costs = {0: [], 3: []}
            for _ in range(4):
                for count, cost in costs.items():
                    pages = [Page(admin) for _ in range(count)]
                    time.sleep(1)
                    before = cpu(process.pid)
                    load(port, seconds)
                    cost.append((cpu(process.pid) - before) / (rate * seconds) * 1e6)
                    for page in pages:
                        page.close()
                    time.sleep(6 if count else 0)  # until nothing is counted for them any more
            for count, cost in costs.items():
                print(f'{count} pages: {min(cost):.2f} us for each request, the best of', ', '.join(f'{us:.2f}' for us in cost))
            print(f'three pages: {100 * (min(costs[3]) / min(costs[0]) - 1):+.1f} %')
        finally:
            process.terminate()
            process.wait()


def start_pinger(ping, targets):
    ranges = [f'127.{1 + i}.0.0/20' for i in range(targets // 4094)]
    left = targets % 4094
    if left:
        ranges.append(f'127.100.0.1-127.100.{left // 256}.{left % 256}')
    return start([ping, '--listen', '0', '-i', '10', *ranges], [r'exporting on [^ ]*:(\d+)\n'])


def measure_pinger(ping, targets, seconds):
    process, (port,) = start_pinger(ping, targets)
    try:
        time.sleep(12)
        for count in (0, 3):
            pages = [Page(port) for _ in range(count)]
            time.sleep(1)
            before = cpu(process.pid)
            time.sleep(seconds)
            used = 100 * (cpu(process.pid) - before) / seconds
            print(f'{targets} targets every 10 s, {count} pages: {used:.1f} % of a core')
            for page in pages:
                page.close()
        resident = int(open(f'/proc/{process.pid}/statm').read().split()[1]) * os.sysconf('SC_PAGESIZE')
        print(f'resident: {resident / targets / 1024:.1f} KiB for each target')
    finally:
        process.terminate()
        process.wait()


class Browser:
    """Headless Chromium, by chromedriver (W3C WebDriver)."""

    def __init__(self, profile):
        self.driver = subprocess.Popen(['chromedriver', '--port=0'], stdout=subprocess.PIPE, text=True)
        said = iter(self.driver.stdout.readline, '')
        port = next(found[1] for line in said if (found := re.search(r'successfully on port (\d+)', line)))
        self.base = f'http://127.0.0.1:{port}'
        arguments = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
                     '--disable-background-networking', '--disable-component-update', '--window-size=1300,1000',
                     '--user-data-dir=' + profile]
        wanted = {'capabilities': {'alwaysMatch': {'goog:chromeOptions': {'args': arguments}}}}
        self.base += '/session/' + self.call('/session', wanted)['sessionId']

    def call(self, path, body):
        request = urllib.request.Request(self.base + path, json.dumps(body).encode(), {'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)['value']

    def devtools(self, command):
        return self.call('/goog/cdp/execute', {'cmd': command, 'params': {}})

    def busy(self):
        """Seconds for which the main thread of the page has had tasks."""
        metrics = self.devtools('Performance.getMetrics')['metrics']
        return next(metric['value'] for metric in metrics if metric['name'] == 'TaskDuration')

    def close(self):
        urllib.request.urlopen(urllib.request.Request(self.base, method='DELETE'), timeout=60).close()
        self.driver.terminate()
        self.driver.wait()


def measure_browser(ping, targets, seconds):
    process, (port,) = start_pinger(ping, targets)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        try:
            browser = Browser(profile)
            browser.call('/url', {'url': f'http://127.0.0.1:{port}/'})
            browser.devtools('Performance.enable')
            time.sleep(12)
            began, before = time.monotonic(), browser.busy()
            time.sleep(seconds)
            used = 100 * (browser.busy() - before) / (time.monotonic() - began)
            rows = browser.call('/execute/sync', {'script': 'return known.size', 'args': []})
            print(f'{rows} targets every 10 s: the main thread of the browser is busy {used:.1f} % of the time')
            browser.close()
        finally:
            process.terminate()
            process.wait()


if sys.argv[1] == 'browser':
    measure_browser(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
elif os.path.basename(sys.argv[1]) == 'ping++':
    measure_pinger(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
else:
    measure_server(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
