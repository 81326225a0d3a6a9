#!/usr/bin/env python3
"""What idle connections cost a proxy, for proxy.sh: proxy_idle.py tunnel|asked|silent NAME PID PORT ORIGIN"""
import re
import socket
import sys
import time

COUNT = 2000
kind, name, pid, port, origin = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]


def resident():
    with open(f'/proc/{pid}/status') as status:
        return int(re.search(r'VmRSS:\s+(\d+)', status.read())[1])


def head(client):
    text = b''
    while b'\r\n\r\n' not in text:
        more = client.recv(65536)
        if not more:
            sys.exit(f'{name} ended a connection: {text!r}')
        text += more
    return text


def connect():
    client = socket.create_connection(('127.0.0.1', port))
    if kind == 'tunnel' and name != 'haproxy':
        client.sendall(f'CONNECT 127.0.0.1:{origin} HTTP/1.1\r\nHost: 127.0.0.1:{origin}\r\n\r\n'.encode())
        head(client)
    if kind == 'asked':
        client.sendall(f'GET http://127.0.0.1:{origin}/1k.html HTTP/1.1\r\nHost: 127.0.0.1:{origin}\r\n\r\n'.encode())
        length, text = None, head(client)
        length = int(re.search(rb'(?i)content-length: (\d+)', text)[1])
        body = len(text.split(b'\r\n\r\n', 1)[1])
        while body < length:
            body += len(client.recv(65536))
    return client


first = connect()  # what the first one costs is no other's
time.sleep(0.5)
before = resident()
clients = [connect() for _ in range(COUNT)]
time.sleep(1)
most = resident()
for client in clients:
    client.close()
time.sleep(10)
after = resident()
back = 100 * (most - after) / (most - before) if most > before else 100
print(f'{name:<10} {kind:<7} {(most - before) / COUNT:6.2f} KiB each, {back:.0f} % given back within 10 s', flush=True)
