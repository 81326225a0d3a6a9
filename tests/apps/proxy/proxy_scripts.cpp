// proxy++ beside the clients that scripts are written with: Python's requests and websockets, Node's http and ws.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/temporary_directory.hpp>

#include <string>
#include <string_view>

namespace proxy_scripts_tests {

using namespace libnet::test;

namespace {

/// Debian's, which has Debian's modules; another one may stand before it in PATH.
const std::string python = "/usr/bin/python3";

bool has_no_module(const std::string& module)
{
    if (run({python, "-c", "import " + module}).exit_code == 0) return false;
    WARN("SKIPPED: there is no module " << module << " (Debian: python3-" << module << ")");
    return true;
}

bool has_no_package_of_node(const std::string& package)
{
    if (run({"node", "-e", "require('" + package + "')"}, {"NODE_PATH=/usr/share/nodejs"}).exit_code == 0) return false;
    WARN("SKIPPED: there is no package " << package << " of Node's (Debian: node-" << package << ")");
    return true;
}

/// What a script says is its last word: "ok", or what went wrong.
void check(const Finished& script)
{
    INFO(script.err);
    CHECK(script.out == "ok\n");
    CHECK(script.exit_code == 0);
}

struct Site {
    Site()
    {
        root.write("a.txt", "hello");
        root.write("large.txt", numbers());
    }
    TemporaryDirectory root;
    Httpd httpd{root};
    Proxy proxy;
};

/// Arguments: the proxy's port, the server's.
constexpr const char* by_requests = R"(
import sys, requests
proxy, server = 'http://127.0.0.1:' + sys.argv[1], 'http://127.0.0.1:' + sys.argv[2]
with requests.Session() as session:
    session.trust_env = False
    session.proxies = {'http': proxy, 'https': proxy}
    for _ in range(3):
        assert session.get(server + '/a.txt').text == 'hello'
    large = session.get(server + '/large.txt', stream=True)
    assert sum(len(piece) for piece in large.iter_content(4096)) == int(large.headers['Content-Length'])
    part = session.get(server + '/a.txt', headers={'Range': 'bytes=1-2'})
    assert (part.status_code, part.text) == (206, 'el')
    assert session.head(server + '/a.txt').headers['Content-Length'] == '5'
    assert session.post(server + '/a.txt', data=(b'x' * 1000 for _ in range(10))).status_code == 405
    assert session.get(server + '/none').status_code == 404
    refused = session.get('http://169.254.169.254/latest/meta-data/')
    assert refused.status_code == 403 and 'metadata_address' in refused.text
    try:
        session.get('https://169.254.169.254/')
        assert False, 'a tunnel to a metadata service'
    except requests.exceptions.ProxyError as error:
        assert '403' in str(error)
print('ok')
)";

/// A server that says everything again, and clients in a tunnel and by Upgrade, which is what a target in absolute form asks for.
constexpr const char* by_websockets = R"(
import asyncio, socket, sys, websockets, websockets.client, websockets.frames, websockets.uri
proxy = ('127.0.0.1', int(sys.argv[1]))

async def echo(client, path=None):
    async for message in client:
        await client.send(message)

async def through_tunnel(port):
    tunnel = socket.create_connection(proxy)
    tunnel.sendall(b'CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n' % (port, port))
    head = b''
    while not head.endswith(b'\r\n\r\n'):
        head += tunnel.recv(1)
    assert head.startswith(b'HTTP/1.1 200 '), head
    async with websockets.connect('ws://127.0.0.1:%d/' % port, sock=tunnel, max_size=None) as client:
        for message in ['hello', 'x' * 1000000, b'\x00\xff']:
            await client.send(message)
            assert await client.recv() == message

async def by_upgrade(port):
    uri = 'ws://127.0.0.1:%d/path' % port
    reader, writer = await asyncio.open_connection(*proxy)
    protocol = websockets.client.ClientConnection(websockets.uri.parse_uri(uri))
    request = protocol.connect()
    request.path = 'http' + uri[2:]
    protocol.send_request(request)
    protocol_events = []
    async def exchange_until(count):
        for data in protocol.data_to_send():
            writer.write(data)
        while len(protocol_events) < count:
            data = await reader.read(65536)
            assert data, 'the connection has ended'
            protocol.receive_data(data)
            protocol_events.extend(protocol.events_received())
    await exchange_until(1)
    assert protocol_events[0].status_code == 101, protocol_events[0]
    protocol.send_text(b'hello')
    await exchange_until(2)
    assert bytes(protocol_events[1].data) == b'hello'
    protocol.send_close(1000)
    await exchange_until(3)
    assert protocol_events[2].opcode is websockets.frames.Opcode.CLOSE
    writer.close()

async def main():
    async with websockets.serve(echo, '127.0.0.1', 0, max_size=None) as server:
        port = server.sockets[0].getsockname()[1]
        await through_tunnel(port)
        await by_upgrade(port)

asyncio.run(asyncio.wait_for(main(), 60))
print('ok')
)";

constexpr const char* by_node = R"(
const http = require('http'), assert = require('assert'), [proxy, server] = process.argv.slice(1).map(Number);
const agent = new http.Agent({keepAlive: true, maxSockets: 2});
const ask = (path, more = {}) => new Promise((resolve, reject) => {
    const request = http.request({host: '127.0.0.1', port: proxy, path: `http://127.0.0.1:${server}${path}`,
        headers: {Host: `127.0.0.1:${server}`}, agent, ...more}, answer => {
        let text = '';
        answer.on('data', data => text += data).on('end', () => resolve({status: answer.statusCode, text}));
    });
    request.on('error', reject).end(more.body);
});
const tunnel = port => new Promise((resolve, reject) => {
    http.request({host: '127.0.0.1', port: proxy, method: 'CONNECT', path: `127.0.0.1:${port}`, agent: false})
        .on('connect', (answer, socket) => resolve({status: answer.statusCode, socket})).on('error', reject).end();
});
(async () => {
    assert.deepStrictEqual(await ask('/a.txt'), {status: 200, text: 'hello'});
    const many = await Promise.all(Array.from({length: 50}, () => ask('/a.txt')));
    assert(many.every(one => one.text === 'hello'));
    assert.strictEqual((await ask('/a.txt', {method: 'POST', body: 'x'.repeat(100000)})).status, 405);
    const {status, socket} = await tunnel(server);
    assert.strictEqual(status, 200);
    const inside = await ask('', {path: '/a.txt', agent: undefined, createConnection: () => socket});
    assert.strictEqual(inside.text, 'hello');
    socket.destroy();
    agent.destroy();
    console.log('ok');
})().catch(error => { console.error(error); process.exit(1); });
)";

constexpr const char* by_ws = R"(
const http = require('http'), assert = require('assert'), WebSocket = require('ws'), proxy = Number(process.argv[1]);
const server = new WebSocket.Server({host: '127.0.0.1', port: 0});
server.on('connection', socket => socket.on('message', (data, isBinary) => socket.send(data, {binary: isBinary})));
const talk = (port, options) => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/path`, options), sent = ['hello', 'x'.repeat(1000000)];
    let got = 0;
    socket.on('open', () => sent.forEach(text => socket.send(text))).on('error', reject);
    socket.on('message', data => {
        assert.strictEqual(data.toString(), sent[got++]);
        if (got === sent.length) socket.close(1000);
    });
    socket.on('close', code => code === 1000 ? resolve() : reject(new Error(`closed with ${code}`)));
});
class ByUpgrade extends http.Agent {  // connects to the proxy, and asks it for the whole URL
    addRequest(request, options) {
        request.path = `http://${options.host}:${options.port}${request.path}`;
        super.addRequest(request, {...options, host: '127.0.0.1', port: proxy});
    }
    createConnection(options, done) {
        return require('net').connect({host: '127.0.0.1', port: proxy}, done);
    }
}
server.on('listening', async () => {
    try {
        const {port} = server.address();
        await talk(port, {agent: new ByUpgrade()});
        const through = await new Promise((resolve, reject) => {
            http.request({host: '127.0.0.1', port: proxy, method: 'CONNECT', path: `127.0.0.1:${port}`})
                .on('connect', (answer, socket) => resolve(socket)).on('error', reject).end();
        });
        const inTunnel = new http.Agent();
        inTunnel.createConnection = () => through;
        await talk(port, {agent: inTunnel});
        console.log('ok');
    } catch (error) {
        console.error(error);
        process.exitCode = 1;
    }
    server.close();
});
)";

}  // namespace

TEST_CASE("Python's requests go through proxy++", "[apps][proxy][scripts]")
{
    if (has_no_module("requests")) return;
    const Site site;
    check(run({python, "-c", by_requests, site.proxy.port(), site.httpd.port()}));
}

TEST_CASE("Python's websockets go through proxy++, in a tunnel and by Upgrade", "[apps][proxy][scripts]")
{
    if (has_no_module("websockets")) return;
    const Proxy proxy;
    check(run({python, "-c", by_websockets, proxy.port()}));
}

TEST_CASE("Node's http goes through proxy++, and so do its tunnels", "[apps][proxy][scripts]")
{
    if (is_missing("node", "nodejs")) return;
    const Site site;
    check(run({"node", "-e", by_node, site.proxy.port(), site.httpd.port()}));
}

TEST_CASE("Node's ws goes through proxy++, in a tunnel and by Upgrade", "[apps][proxy][scripts]")
{
    if (is_missing("node", "nodejs") || has_no_package_of_node("ws")) return;
    const Proxy proxy;
    check(run({"node", "-e", by_ws, proxy.port()}, {"NODE_PATH=/usr/share/nodejs"}));
}

}  // namespace proxy_scripts_tests
