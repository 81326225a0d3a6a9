// Any octets as what a client of SOCKS says: it comes to the same wherever they are split, and what it comes to is the head of
// one CONNECT and nothing else.

#include <libnet/engine/http/connection_preface.hpp>
#include <libnet/engine/proxy/socks_negotiation.hpp>
#include <libnet/wire/http/http_request_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

using namespace libnet;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

/// What a client has been told, and what it has asked for.
struct Outcome {
    std::string replies, head, reason, behind;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// Has a client say all of it, up to `split` first. Whose user begins with an "a" may log in.
Outcome negotiate(std::string_view said, engine::SocksUsers users, std::size_t split)
{
    using Kind = engine::SocksStep::Kind;
    const auto udp = said.size() % 2 == 0 ? engine::SocksUdp::served : engine::SocksUdp::refused;
    engine::SocksNegotiation negotiation{wire::dialect_of(said.front()), users, udp};
    Outcome outcome;
    std::string octets{said.substr(0, split)}, later{said.substr(split)};
    for (int steps = 0;; ++steps) {
        require(steps < 20);
        const auto step = negotiation.next(octets);
        require(step.consumed <= octets.size() && step.consumed <= 520);
        octets.erase(0, step.consumed);
        outcome.replies += negotiation.reply();
        outcome.reason = step.reason;
        if (step.kind == Kind::log_in) negotiation.logged_in(negotiation.login().user.starts_with('a'));
        if (step.kind == Kind::receive && later.empty()) break;
        if (step.kind == Kind::receive) octets += std::exchange(later, {});
        if (step.kind == Kind::connect) outcome.head = negotiation.connect_head();
        if (step.kind == Kind::connect || step.kind == Kind::refuse) break;
    }
    outcome.behind = octets + later;
    return outcome;
}

/// The head is one request, a CONNECT, whatever the destination's name has in it.
void check_head(const std::string& head)
{
    wire::RequestParser parser;
    wire::RequestHead request;
    const auto parsed = parser.parse(head, request);
    require(parsed && *parsed == head.size());
    require(request.method == "CONNECT" && request.form == wire::TargetForm::authority);
    require(request.authority.port.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    for (const auto sender : {engine::PrefaceSender::trusted, engine::PrefaceSender::other})
        require(engine::judge_preface(bytes, sender).consumed <= size);
    if (size < 2) return 0;
    const std::string_view said = bytes.substr(1);
    const auto dialect = wire::dialect_of(said.front());
    if (dialect != wire::ProxyDialect::socks4 && dialect != wire::ProxyDialect::socks5) return 0;
    for (const auto users : {engine::SocksUsers::none, engine::SocksUsers::some}) {
        const auto whole = negotiate(said, users, said.size());
        require(negotiate(said, users, 1 + data[0] % said.size()) == whole);
        if (!whole.head.empty()) check_head(whole.head);
    }
    return 0;
}
