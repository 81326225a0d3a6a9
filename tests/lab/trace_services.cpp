// Services that answer questions of their protocol and nothing else are reached, at their hop (tests/lab/network.sh).

#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/process.hpp>

#include <string>

namespace trace_services_tests {

using namespace libnet::test;

namespace {

/// Servers of NTP (RFC 5905), STUN (RFC 8489) and QUIC, which knows no version but 1 (RFC 9000 section 6), on web, of both
/// versions of IP. They say what they refused: a datagram that is no question of theirs.
constexpr auto servers = R"(
import selectors, socket, struct, sys, time

def ntp(q):
    if len(q) < 48 or q[0] & 7 != 3 or not 1 <= q[0] >> 3 & 7 <= 4: return None
    now = struct.pack('>II', int(time.time()) + 2208988800, 0)
    return bytes([q[0] & 0x38 | 4, 2, 6, 236]) + bytes(8) + b'LOCL' + now + q[40:48] + now + now

def stun(q):
    kind, length, magic = struct.unpack('>HHI', q[:8]) if len(q) >= 20 else (0, 0, 0)
    if kind != 1 or magic != 0x2112A442 or length % 4 or length + 20 > len(q): return None
    at = 20
    while at < 20 + length:  # what has to be understood (below 0x8000) isn't
        name, size = struct.unpack('>HH', q[at:at + 4])
        if name < 0x8000: return None
        at += 4 + (size + 3) // 4 * 4
    return struct.pack('>HHI', 0x0101, 0, magic) + q[8:20] if at == 20 + length else None

def quic(q):
    if len(q) < 1200 or q[0] & 0x80 == 0: return None
    version, to_size = struct.unpack('>IB', q[1:6])
    to, rest = q[6:6 + to_size], q[6 + to_size:]
    source = rest[1:1 + rest[0]]
    if version in (0, 1) or to_size < 8: return None
    swapped = bytes([len(source)]) + source + bytes([len(to)]) + to
    return bytes([0x80]) + bytes(4) + swapped + struct.pack('>I', 1)

waiting = selectors.DefaultSelector()
for port, answer in (123, ntp), (3478, stun), (443, quic):
    for family in socket.AF_INET, socket.AF_INET6:
        s = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind(('', port))
        waiting.register(s, selectors.EVENT_READ, answer)
print('serve', flush=True)
while True:
    for key, _ in waiting.select():
        question, client = key.fileobj.recvfrom(65535)
        answer = key.data(question)
        if answer is None: print('refused', question[:40].hex(), flush=True)
        else: key.fileobj.sendto(answer, client)
)";

}  // namespace

TEST_CASE("servers of NTP, STUN and QUIC are reached by their questions", "[lab]")
{
    const std::string access = GENERATE("", "--unprivileged");
    const std::string family = GENERATE("-4", "-6");
    Process server{{"ip", "netns", "exec", "web", "python3", "-c", servers}};
    REQUIRE(server.wait_for("serve"));
    const std::string host = family == "-4" ? "10.0.6.2" : "fd00:0:0:6::2";
    for (const std::string port : {"123", "3478", "443"}) {
        // From the third hop on: the second says nothing, and all others are waited for, however busy the machine is.
        Arguments command{program("trace++"), "-n",   "-U", "-p", port, "-f", "3", "-q", "2", "-w",
                          "20,0,0",           family, host};
        if (!access.empty()) command.push_back(access);
        const auto ours = run(command);
        INFO(port << ' ' << access << '\n' << ours.out << ours.err);
        CHECK(ours.exit_code == 0);
        CHECK(ours.out.find("\n 4  " + host + "  ") != ours.out.npos);
        CHECK(ours.out.find("\n 5  ") == ours.out.npos);
        CHECK(search_all(ours.out, R"(\n 4 .* ms .* ms)").size() == 1);  // no star
    }
    server.signal(SIGTERM);
    CHECK(server.wait().out == "serve\n");
}

}  // namespace trace_services_tests
