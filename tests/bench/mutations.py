#!/usr/bin/env python3
"""Mutated requests through a proxy to real servers, and mutated responses back: does everybody see the same messages?

  mutations.py PROXY++ [--seconds N] [--origins nginx,haproxy,node,python] [--seed N] [--clients N] [--patience S] [--responses]

Requests: between the proxy and the server stands a recorder, which splits what the proxy sends by the letter of RFC 9112, passes it on,
and counts the server's answers, each of which names the target that it answers. A finding is a message that one of the two sees
otherwise: an answer too few, one too many, or one to another target; and a message of the proxy's that the recorder can't read.
Responses: the recorder plays the server, and puts a second answer behind each mutated one. A finding is a client that gets it, or
what it can't read. Findings are printed with their octets and the seed that makes them again; the exit code is 1 then.
"""
import argparse
import os
import random
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

PORT = 29800


# ------------------------------------------------------------------------------------------------------------ mutations

ENDS = [b'\n', b'\r', b'\r\r\n', b'\n\r', b'\r\n ', b'\x0b\r\n', b'\0\r\n', b'']
TE = [b'Chunked', b'chunked, chunked', b'identity', b'chunked, identity', b'identity, chunked', b'xchunked', b'gzip', b'gzip, chunked',
      b' chunked', b'\tchunked', b'chunked ', b'\x0bchunked', b'"chunked"', b'chunked;q=1', b'chu\nnked', b',chunked', b'chunked,', b'',
      b'chunked\0', b'chunked\r\n x']
CL = ['+{n}', '-{n}', '0{n}', '{n} ', ' {n}', '{n}, {n}', '{n}, 0', '0x{n}', '{n}.0', '', '0', '1', '{n}\t', '18446744073709551616',
      '{n}\x0b', '"{n}"', '{n};', '{n}\r\n 1', '9223372036854775808']
NAMES_TE = [b'transfer-encoding', b'Transfer-Encoding ', b' Transfer-Encoding', b'Transfer_Encoding', b'Transfer-Encoding\t',
            b'X: y\nTransfer-Encoding', b'Transfer\xad-Encoding', b'TE', b'Transfer-Encoding\0', b'X\r\nTransfer-Encoding',
            b'Proxy-Transfer-Encoding']
NAMES_CL = [b'content-length', b'Content-Length ', b' Content-Length', b'Content_Length', b'X: y\nContent-Length', b'Content-Length\0',
            b'CONTENT-LENGTH', b'Content-Length-']
COLONS = [b':', b' : ', b':\t', b':  ', b': \x0b']
SIZES = ['{n:X}', '0{n:x}', '0x{n:x}', '+{n:x}', '-{n:x}', '{n:x} ', ' {n:x}', '{n:x};a=b', '{n:x};a="\n"', '{n:x};', '{n:x}\t', '{n:x};a\r',
         '', '{n:x},', '1{n:08x}', '{n:016x}', '1{n:016x}', '{n:x}\0', '{n:x};\nx']
LASTS = [b'00', b'0;x', b'', b'0 ', b'0x0', b'000000000000000000']
TRAILERS = [b'X-T: 1\r\n', b'Content-Length: 7\r\n', b'Transfer-Encoding: chunked\r\n', b'bad\r\n', b'Host: x\r\n', b' x: 1\r\n']
SOUND = [b'X-A: b', b'Connection: close', b'Connection: keep-alive', b'Connection: Content-Length', b'Connection: Transfer-Encoding',
         b'TE: trailers', b'Trailer: Content-Length', b'Keep-Alive: 5', b'Content-Type: text/plain', b'Proxy-Connection: close',
         b'Max-Forwards: 3', b'Upgrade: h2c', b'Connection: Upgrade, HTTP2-Settings', b'Content-Encoding: gzip', b'Expect:']
UNSOUND = [b'X: a\r\n b', b'X: a\n b', b': x', b'no colon', b'X\xff: y', b'Expect: 100-continue', b'Expect: other', b'Host: x']


class Mutator:
    '''Each place of a message is as it should be, but for as many of them as the heat says.'''

    def __init__(self, r):
        self.r = r
        self.heat = r.choice([0, 0.02, 0.05, 0.1, 0.3])

    def vary(self, good, bad):
        return self.r.choice(bad) if self.r.random() < self.heat else good

    def chunked(self, content):
        body, at = b'', 0
        while at < len(content):
            piece = content[at:at + self.r.choice([7, 64, len(content)])]
            at += len(piece)
            size = self.vary('{n:x}', SIZES).format(n=len(piece)).encode('latin-1')
            body += size + self.vary(b'\r\n', ENDS) + piece + self.vary(b'\r\n', ENDS)
        return body + self.vary(b'0', LASTS) + self.vary(b'\r\n', ENDS) + self.vary(b'', TRAILERS) + self.vary(b'\r\n', ENDS)

    def framed(self, start, fields, content):
        '''A message whose head and body may contradict each other.'''
        r, lines, body = self.r, [start] + fields, b''
        kind = r.choice(['none', 'length', 'length', 'chunked', 'chunked', 'chunked', self.vary('length', ['both', 'two'])])
        length = self.vary('{n}', CL).format(n=len(content)).encode('latin-1')
        te_line = self.vary(b'Transfer-Encoding', NAMES_TE) + self.vary(b': ', COLONS) + self.vary(b'chunked', TE)
        cl_line = self.vary(b'Content-Length', NAMES_CL) + self.vary(b': ', COLONS) + length
        if kind in ('chunked', 'both'):
            lines.append(te_line)
            body = self.chunked(content)
        if kind in ('length', 'both', 'two'):
            lines.insert(r.randrange(1, len(lines) + 1), cl_line)
            body = body or content
        if kind == 'two':
            lines.append(r.choice([cl_line, te_line, b'Content-Length: 3', b'Content-Length: 0']))
        for extra in (r.choice([b'', r.choice(SOUND)]), self.vary(b'', UNSOUND)):
            if extra:
                lines.insert(r.randrange(1, len(lines) + 1), extra)
        ends = [self.vary(b'\r\n', ENDS) if r.random() < 0.3 else b'\r\n' for _ in lines]
        text = bytearray(b''.join(map(bytes.__add__, lines, ends)) + self.vary(b'\r\n', ENDS) + body)
        if r.random() < self.heat / 3:
            text[r.randrange(len(text))] = r.randrange(256)
        return bytes(text)


def mutated_request(r, number, authority):
    m = Mutator(r)
    smuggled = b'GET http://%s/s/%d HTTP/1.1\r\nHost: %s\r\n\r\n' % (authority, number, authority)
    method = r.choice([b'GET', b'POST', b'POST', b'POST', b'PUT', b'OPTIONS', b'DELETE'])
    version = m.vary(b'HTTP/1.1', [b'HTTP/1.0', b'HTTP/1.0', b'HTTP/1.2', b'http/1.1', b'HTTP/1.1 ', b'HTTP/2.0', b'HTTP/01.1', b''])
    start = method + m.vary(b' ', [b'  ', b'\t']) + b'http://' + authority + b'/m/%d' % number + b' ' + version
    content = r.choice([b'abc', b'', smuggled, b'0\r\n\r\n' + smuggled])
    return m.framed(start, [m.vary(b'Host: ', [b'host:', b'Host : ', b'Host:  ', b'Host:\t']) + authority], content)


def mutated_response(r, number):
    m = Mutator(r)
    smuggled = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled'
    status = m.vary(b'200 OK', [b'204 No', b'304 No', b'200', b'100 C\r\n\r\nHTTP/1.1 200 OK', b'2000 OK', b'20 OK', b'101 S', b'103 E',
                                b'205 R', b'200 \xff'])
    version = m.vary(b'HTTP/1.1', [b'HTTP/1.0', b'HTTP/1.0', b'HTTP/1.2', b'http/1.1', b'HTTP/2'])
    content = r.choice([b'm%d' % number, b'', smuggled, b'0\r\n\r\n' + smuggled])
    return m.framed(version + b' ' + status, [b'X-M: %d' % number], content) + r.choice([b'', smuggled, smuggled])


# ------------------------------------------------------------------------------------------------------------ splitting

class Bad(Exception):
    pass


def split(data, is_request, method=b'GET', closed=False):
    """The first message of the data by the letter: (size, start line, content), or None where more is to come."""
    head_end = data.find(b'\r\n\r\n')
    if head_end < 0:
        return None
    lines = data[:head_end].split(b'\r\n')
    fields = {}
    for line in lines[1:]:
        match = re.fullmatch(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*", line)
        if not match:
            raise Bad(b'field line ' + line)
        fields.setdefault(match[1].lower(), []).append(match[2])
    te, cl = fields.get(b'transfer-encoding'), fields.get(b'content-length')
    if (te and cl) or (te and te != [b'chunked']) or (cl and (len(cl) > 1 or not cl[0].isdigit())):
        raise Bad(b'framing')
    at = head_end + 4
    status = 0 if is_request else int(lines[0].split(b' ')[1])
    if not is_request and (method == b'HEAD' or status < 200 or status in (204, 304)):
        return at, lines[0], b''
    if te:
        content = b''
        while True:
            line_end = data.find(b'\r\n', at)
            if line_end < 0:
                return None
            if not re.fullmatch(rb'[0-9a-fA-F]+', data[at:line_end]):
                raise Bad(b'chunk size ' + data[at:line_end])
            size = int(data[at:line_end], 16)
            at = line_end + 2
            if size == 0:
                break
            if len(data) < at + size + 2:
                return None
            if data[at + size:at + size + 2] != b'\r\n':
                raise Bad(b'chunk end')
            content += data[at:at + size]
            at += size + 2
        trailer_end = at + 2 if data[at:at + 2] == b'\r\n' else data.find(b'\r\n\r\n', at) + 4
        return None if trailer_end < 4 or len(data) < trailer_end else (trailer_end, lines[0], content)
    if cl:
        size = int(cl[0])
        return None if len(data) < at + size else (at + size, lines[0], data[at:at + size])
    if is_request:
        return at, lines[0], b''
    return (len(data), lines[0], data[at:]) if closed else None


# -------------------------------------------------------------------------------------------------------------- servers

NODE = '''require("http").createServer({keepAliveTimeout: 0}, (q, s) => { q.resume(); q.on("end", () => { const t = q.url; s.writeHead(200,
{"Content-Length": Buffer.byteLength(t)}); s.end(t); }); }).on("clientError", (e, s) => s.end("HTTP/1.1 400 Bad\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")).listen(%d, "127.0.0.1");'''
PYTHON = '''import asyncio
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    def answer(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                self.rfile.read(size + 2)
            while self.rfile.readline() not in (b"\\r\\n", b""):
                pass
        else:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
        text = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    do_GET = do_POST = do_PUT = do_OPTIONS = do_DELETE = answer
    def log_message(self, *_): pass
ThreadingHTTPServer(("127.0.0.1", %d), Handler).serve_forever()'''
NGINX = '''daemon off; worker_processes 1; pid %(dir)s/nginx.pid; error_log /dev/null; events {}
http { access_log off; keepalive_requests 100000000; client_body_temp_path %(dir)s/b; proxy_temp_path %(dir)s/p; fastcgi_temp_path
%(dir)s/f; uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s;
server { listen 127.0.0.1:%(port)d; location / { return 200 "$request_uri"; } } }'''
HAPROXY = '''defaults
  mode http
  timeout client 60s
  timeout http-request 60s
  option http-buffer-request
frontend f
  bind 127.0.0.1:%(port)d
  http-request return status 200 content-type text/plain lf-string "%%[path]"
'''
LIGHTTPD = '''server.document-root = "%(dir)s"
server.bind = "127.0.0.1"
server.port = %(port)d
server.modules = ("mod_magnet")
server.max-keep-alive-requests = 0
magnet.attract-raw-url-to = ("%(dir)s/echo.lua")
'''
LUA = '''local r = lighty.r
r.resp_body.set({r.req_attr["request.orig-uri"]})
return 200
'''


def start_origin(name, port, where):
    files = {'nginx': NGINX, 'haproxy': HAPROXY, 'lighttpd': LIGHTTPD}
    path = os.path.join(where, name + '.conf')
    if name in files:
        with open(path, 'w') as out:
            out.write(files[name] % {'port': port, 'dir': where})
    if name == 'lighttpd':
        with open(os.path.join(where, 'echo.lua'), 'w') as out:
            out.write(LUA)
    command = {'nginx': ['nginx', '-c', path], 'haproxy': ['haproxy', '-db', '-q', '-f', path], 'lighttpd': ['lighttpd', '-D', '-f', path],
               'node': ['node', '-e', NODE % port], 'python': [sys.executable, '-c', PYTHON % port]}[name]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def connect(port, patience=20):
    ends = time.monotonic() + patience
    while True:
        try:
            made = socket.create_connection(('127.0.0.1', port))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)


# ------------------------------------------------------------------------------------------------------------ the runs

class Run:
    '''One client, which does one thing after the other, and the recorder that the proxy connects to for it.'''

    def __init__(self, proxy_port, origin_port, seed, patience):
        self.proxy_port, self.origin_port, self.seed, self.patience = proxy_port, origin_port, seed, patience
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=64)
        self.authority = b'127.0.0.1:%d' % self.listener.getsockname()[1]
        self.client = None
        self.upstreams = {}  # of the proxy: what it has sent and isn't passed on yet; the server's connection
        self.counts = {'messages': 0, 'given up': 0, 'passed on': 0, 'refused': 0, 'refused by the server': 0}
        self.findings = 0

    def find(self, what, octets, *more):
        self.findings += 1
        print(f'FINDING (seed {self.seed}, message {self.counts["messages"]}): {what}\n  {octets!r}', *map(repr, more), flush=True)

    def drop_client(self):
        if self.client:
            self.client.close()
        self.client = None

    def drop_upstream(self, upstream):
        _, origin = self.upstreams.pop(upstream)
        upstream.close()
        if origin:
            origin.close()

    def pass_on(self, upstream, octets):
        """Requests that are complete go to the server one by one; its answers come back."""
        data, origin = self.upstreams[upstream]
        while True:
            try:
                message = split(data, True)
            except Bad as bad:
                self.find('the proxy sends what has no one reading: ' + str(bad), octets, data)
                return self.drop_upstream(upstream)
            if message is None:
                break
            size, line, _ = message
            target = line.split(b' ')[1]
            if origin and select.select([origin], [], [], 0)[0]:
                origin.close()  # it has been idle for too long: what comes unasked is the end, for the rest is looked for below
                origin = None
            origin = origin or connect(self.origin_port)
            origin.sendall(data[:size])
            data = data[size:]
            answer, status = b'', 100
            while status < 200:
                answer = self.answer_of(origin, answer)
                if answer is None:
                    break
                size, line, content = split(answer, False)
                status = int(line.split(b' ')[1])
                if status < 200:
                    answer = answer[size:]
            if answer is None:
                self.find('the server has no answer to what the proxy sends', octets, target)
                return self.drop_upstream(upstream)
            if len(answer) != size or (status == 200 and content != target) or select.select([origin], [], [], 0)[0]:
                rest = origin.recv(1000, socket.MSG_DONTWAIT) if select.select([origin], [], [], 0)[0] else b''
                if rest or len(answer) != size or (status == 200 and content != target):
                    self.find('the server sees other messages than the proxy has sent', octets, target, answer, rest)
                upstream.sendall(answer[:size])
                return self.drop_upstream(upstream)
            if status >= 400 or b'\r\nconnection: close\r\n' in answer.lower():
                origin.close()
                origin = None
            self.counts['passed on'] += 1
            self.counts['refused by the server'] += status >= 400  # a method that it doesn't know, for one
            upstream.sendall(answer)
        self.upstreams[upstream] = (data, origin)

    @staticmethod
    def answer_of(origin, answer):
        while split(answer, False) is None:
            if not select.select([origin], [], [], 30)[0]:
                return None
            more = origin.recv(65536)
            if not more:
                return None
            answer += more
        return answer

    def respond(self, upstream, octets, answer):
        """The recorder plays the server: one mutated answer, and the connection stays open for a moment."""
        data, _ = self.upstreams[upstream]
        try:
            message = split(data, True)
        except Bad as bad:
            self.find('the proxy sends what has no one reading: ' + str(bad), octets, data)
            return self.drop_upstream(upstream)
        if message is None:
            return None
        self.upstreams[upstream] = (data[message[0]:], None)
        upstream.sendall(answer)
        if b'ontent-' not in answer and b'chunked' not in answer.lower():
            self.drop_upstream(upstream)
        return None

    def serve(self, octets, answer, wait):
        """One round of what the proxy asks for. True: the client has something."""
        readable = select.select([self.client, self.listener, *self.upstreams], [], [], wait)[0]
        for ready in readable:
            if ready is self.listener:
                upstream = self.listener.accept()[0]
                upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.upstreams[upstream] = (b'', None)
            elif ready is not self.client and ready in self.upstreams:
                try:
                    more = ready.recv(65536)
                except OSError:
                    more = b''
                if not more:
                    self.drop_upstream(ready)
                    continue
                data, origin = self.upstreams[ready]
                self.upstreams[ready] = (data + more, origin)
                try:
                    if answer is None:
                        self.pass_on(ready, octets)
                    else:
                        self.respond(ready, octets, answer)
                except OSError:
                    if ready in self.upstreams:
                        self.drop_upstream(ready)
        return self.client in readable, bool(readable)

    def exchange(self, octets, answer=None):
        """Sends the octets, and returns what the client gets: the answer, or None where the proxy waits for more or has ended."""
        self.counts['messages'] += 1
        self.client = self.client or connect(self.proxy_port)
        received, ended = b'', False
        try:
            self.client.sendall(octets)
        except OSError:
            pass
        while True:
            has_answer, any_event = self.serve(octets, answer, self.patience)
            if has_answer:
                try:
                    more = self.client.recv(65536)
                except OSError:
                    more = b''
                ended = ended or not more
                received += more
            if not any_event:
                self.counts['given up'] += 1
                self.drop_client()  # the proxy waits for octets that will not come
                return received, None
            try:
                message = split(received, False, closed=ended)
                while message and int(message[1].split(b' ')[1]) < 200:
                    received = received[message[0]:]
                    message = split(received, False, closed=ended)
            except Bad as bad:
                self.find('the client gets what has no one reading: ' + str(bad), octets, received)
                self.drop_client()
                return received, None
            if message or ended:
                if ended or b'\r\nconnection: close\r\n' in received.lower():
                    self.drop_client()
                return received, message

    def request(self, r, number):
        octets = mutated_request(r, number, self.authority)
        received, message = self.exchange(octets)
        if message and not received.startswith(b'HTTP/1.1 200'):
            self.counts['refused'] += 1
        if message and message[0] != len(received):
            self.drop_client()  # the octets were more than one request: the proxy has answered the next one, too

    def response(self, r, number):
        answer = mutated_response(r, number)
        asked = b'GET http://%s/r/%d HTTP/1.1\r\nHost: %s\r\n\r\n' % (self.authority, number, self.authority)
        received, message = self.exchange(asked, answer)
        if message is None:
            return
        size, line, content = message
        if line.startswith(b'HTTP/1.1 50'):
            self.counts['refused'] += 1
        else:
            self.counts['passed on'] += 1
        if size != len(received):
            self.find('the client gets more than one answer to one request', answer, received)
            self.drop_client()
        mark = re.search(rb'\r\nX-M: ?(\d+)', received)
        # Behind an interim answer the second one is the answer.
        if content == b'smuggled' and not mark and not re.match(rb'\S+ 1\d\d', answer):
            self.find('the client gets the second answer in the place of its own', answer, received)
        if mark and int(mark[1]) != number and b'X-M: %d\r\n' % number in answer:
            self.find('the client gets the answer to another request', answer, received)


    def go_on(self, until, responses):
        r, number = random.Random(self.seed), 0
        while time.monotonic() < until and self.findings < 5:
            number += 1
            try:
                self.response(r, number) if responses else self.request(r, number)
            except Exception as error:  # pylint: disable=broad-except
                self.find(f'the client or the recorder breaks: {error!r}', traceback.format_exc())
        self.drop_client()
        self.listener.close()
        for upstream in list(self.upstreams):
            self.drop_upstream(upstream)


def main():
    options = argparse.ArgumentParser()
    options.add_argument('proxy')
    options.add_argument('--seconds', type=float, default=30)
    options.add_argument('--origins', default='nginx,lighttpd,haproxy,node,python')
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--clients', type=int, default=32, help='that work at the same time')
    options.add_argument('--patience', type=float, default=0.3, help='seconds until a message is given up for which nothing comes')
    options.add_argument('--responses', action='store_true')
    options = options.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as where:
        os.chmod(where, 0o755)
        for name in ['itself'] if options.responses else options.origins.split(','):
            if name not in ('itself', 'python') and not shutil.which(name):
                print(f'{name:<9} is not here', flush=True)
                continue
            processes = [] if options.responses else [start_origin(name, PORT + 1, where)]
            processes.append(subprocess.Popen(
                [options.proxy, '--bind', '127.0.0.1', '--port', str(PORT + 2), '--threads', '1', '--allow-private', '--connect-port', 'all', '--access-log',
                 'none'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            try:
                connect(PORT + 2).close()
                if not options.responses:
                    connect(PORT + 1).close()
                time.sleep(0.5)
                if any(process.poll() is not None for process in processes):
                    sys.exit(f'{name}: the server or the proxy has ended; is there another one at ports {PORT + 1} and {PORT + 2}?')
                runs = [Run(PORT + 2, PORT + 1, options.seed * 1000 + i, options.patience) for i in range(options.clients)]
                began = time.monotonic()
                threads = [threading.Thread(target=run.go_on, args=(began + options.seconds, options.responses)) for run in runs]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                took = time.monotonic() - began
                counts = {key: sum(run.counts[key] for run in runs) for key in runs[0].counts}
                findings = sum(run.findings for run in runs)
                print(f'{name:<9} {counts}, {findings} findings, {counts["messages"] / took:.0f} a second', flush=True)
                failed = failed or findings > 0
            finally:
                for process in processes:
                    process.terminate()  # nginx ends its workers then, which would go on to answer for the next server
                    try:
                        process.wait(10)
                    except subprocess.TimeoutExpired:
                        process.kill()
                        process.wait()
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
