// The other side of netsim.sh: sends echo requests in batches and counts the answers, or is the bare loop to compare
// with.
//     netsim_probes send ADDRESS SECONDS [RATE]   RATE a second, or as many as are answered
//     netsim_probes swap DEVICE                   answers on a TUN device until it is killed: read, swap, write

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/icmp.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
constexpr unsigned batch = 64;
constexpr std::uint64_t window = 2048;  // unanswered at the most: the device's queue and ours hold them

int fail(const char* what)
{
    std::perror(what);
    return 1;
}

/// An echo request of 64 octets without what changes; all its checksum needs is type and identifier.
struct Request {
    std::array<std::uint8_t, 64> bytes{8};
    Request()
    {
        const std::uint16_t sum = 0xF7FF;  // of 0x0800 and zeros
        bytes[2] = sum >> 8;
        bytes[3] = sum & 0xFF;
    }
};

/// `count` datagrams at the most, sent or received with one call. Returns how many.
template <typename Call>
unsigned exchange(unsigned count, std::array<std::array<std::uint8_t, 128>, batch>& buffers, std::size_t size,
                  Call call)
{
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> parts{};
    for (unsigned i = 0; i < count; ++i) {
        parts[i] = {buffers[i].data(), size};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int done = call(messages.data(), count);
    return done > 0 ? static_cast<unsigned>(done) : 0;
}

int send(const char* address, double seconds, double rate)
{
    const int socket = ::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    if (::inet_pton(AF_INET, address, &to.sin_addr) != 1) return fail("address");
    if (socket < 0 || ::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) return fail("raw socket");
    const icmp_filter only_replies{~1U};
    ::setsockopt(socket, SOL_RAW, ICMP_FILTER, &only_replies, sizeof(only_replies));
    const int room = 64 << 20;
    ::setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
    ::setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));

    const Request request;
    std::array<std::array<std::uint8_t, 128>, batch> requests{}, replies{};
    for (auto& one : requests) std::copy(request.bytes.begin(), request.bytes.end(), one.begin());
    std::uint64_t sent = 0, answered = 0, given_up = 0;
    const auto start = Clock::now();
    auto last_answer = start;
    for (auto now = start; now - start < std::chrono::duration<double>{seconds}; now = Clock::now()) {
        const std::uint64_t open = sent - answered - given_up;
        std::uint64_t wanted = window - std::min(window, open);
        if (rate > 0) {
            const auto due = static_cast<std::uint64_t>(rate * std::chrono::duration<double>{now - start}.count());
            wanted = due - std::min(due, sent);
        } else if (wanted < batch) {
            wanted = 0;  // whole batches
        }
        sent += exchange(static_cast<unsigned>(std::min<std::uint64_t>(wanted, batch)), requests, request.bytes.size(),
                         [&](mmsghdr* m, unsigned n) { return n == 0 ? 0 : ::sendmmsg(socket, m, n, 0); });
        const unsigned heard = exchange(batch, replies, replies[0].size(), [&](mmsghdr* m, unsigned n) {
            return ::recvmmsg(socket, m, n, MSG_DONTWAIT, nullptr);
        });
        answered += heard;
        if (heard != 0) last_answer = now;
        if (rate <= 0 && now - last_answer > std::chrono::milliseconds{200}) {
            given_up = sent - answered;  // lost: go on without them
            last_answer = now;
        }
    }
    std::printf("%.0f probes/s answered (%llu sent, %llu answered)\n", static_cast<double>(answered) / seconds,
                static_cast<unsigned long long>(sent), static_cast<unsigned long long>(answered));
    return 0;
}

int swap(const char* name)
{
    const int device = ::open("/dev/net/tun", O_RDWR);
    ifreq request{};
    std::strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (device < 0 || ::ioctl(device, TUNSETIFF, &request) != 0) return fail("TUN device");
    std::array<std::uint8_t, 65'536> packet;
    for (ssize_t size; (size = ::read(device, packet.data(), packet.size())) > 0;) {
        if (size < 28 || packet[0] != 0x45 || packet[9] != IPPROTO_ICMP) continue;
        std::swap_ranges(&packet[12], &packet[16], &packet[16]);
        packet[20] = 0;                        // echo reply: 0x0800 less in the sum,
        const unsigned sum = packet[22] + 8U;  // 0x0800 more in the checksum
        packet[22] = static_cast<std::uint8_t>(sum);
        if (sum > 0xFF && ++packet[23] == 0) ++packet[22];
        if (::write(device, packet.data(), static_cast<std::size_t>(size)) < 0) return fail("write");
    }
    return fail("read");
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string_view mode = argc > 1 ? argv[1] : "";
    if (mode == "send" && argc >= 4) return send(argv[2], std::atof(argv[3]), argc > 4 ? std::atof(argv[4]) : 0);
    if (mode == "swap" && argc == 3) return swap(argv[2]);
    std::fputs("usage: netsim_probes send ADDRESS SECONDS [RATE] | swap DEVICE\n", stderr);
    return 2;
}
