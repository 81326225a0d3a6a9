# idle.py PORT COUNT: opens COUNT connections, asks for a file on each, says "ready", and holds them until its input ends.
# Says "only N" where the server answers no more than N.
import socket, sys

port, count = int(sys.argv[1]), int(sys.argv[2])
connections = []
try:
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port), timeout=5)
        connection.sendall(b"GET /1k.html HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while b"\r\n\r\n" not in received or len(received.split(b"\r\n\r\n", 1)[1]) < 1024:
            received += connection.recv(65536)
        connections.append(connection)
    print("ready", flush=True)
except OSError:
    print("only", len(connections), flush=True)
sys.stdin.read()
