#include <tests/lab/netsim/addresses.hpp>
#include <tests/lab/netsim/attack.hpp>
#include <tests/lab/netsim/packet_writing.hpp>

namespace netsim {

Attack::Attack(const std::vector<Attacker>& attackers)
{
    for (const auto& attacker : attackers) attackers_.push_back({attacker, attacker.start});
}

void Attack::on_request(const Packet& packet)
{
    probe_.assign(packet.bytes.begin(), packet.bytes.end());
    if (packet.echo_request) request_.assign(packet.bytes.begin(), packet.bytes.end());
}

void Attack::on_reply(const Record& record, std::span<const std::byte> packet)
{
    if (record.did != Did::answered || record.protocol != protocol::icmp_of(record.version)) return;
    if (replies_.size() < max_replies) replies_.emplace_back();
    replies_[next_reply_].assign(packet.begin(), packet.end());
    next_reply_ = (next_reply_ + 1) % max_replies;
}

std::optional<Duration> Attack::next_deadline() const
{
    std::optional<Duration> first;
    for (const auto& state : attackers_)
        if (state.next < state.attacker.stop && (!first || state.next < *first)) first = state.next;
    return first;
}

void Attack::advance(Duration now, Sink& sink)
{
    for (auto& state : attackers_) {
        for (; state.next <= now && state.next < state.attacker.stop; ++state.sent) {
            strike(state, sink);
            state.next += Duration{static_cast<Duration::rep>(1e9 / state.attacker.rate)};
        }
    }
}

void Attack::strike(State& state, Sink& sink)
{
    using Kind = Attacker::Kind;
    const bool forged = state.attacker.kind != Kind::replayed;
    const bool made = state.attacker.kind == Kind::forged   ? forge(state)
                      : state.attacker.kind == Kind::errors ? quote(state)
                                                            : replay(state);
    if (!made) return;
    const auto packet = parse_packet(packet_);
    Record record;
    record.in = record.due = state.next;
    record.version = packet->version;
    record.protocol = packet->protocol;
    record.source = packet->destination;
    record.destination = packet->source;
    record.source_port = libnet::base::load_be<std::uint16_t>(packet->payload, 4);
    record.destination_port = libnet::base::load_be<std::uint16_t>(packet->payload, 6);
    record.did = Did::forged;
    record.why = forged ? (state.attacker.right_identifier ? "right identifier" : "wrong identifier") : "replayed";
    sink.answer(record, packet_);
}

/// An echo reply to the last request, from another host than the one it was sent to: what comes from that address with that
/// request's payload is an answer, from whichever host.
bool Attack::forge(const State& state)
{
    const auto request = parse_packet(request_);
    if (!request || request->source.is_v4() != state.attacker.from.network.is_v4()) return false;
    const auto from = host_of(state.attacker.from, state.sent);
    if (from == request->destination) return false;
    build_echo_reply(*request, from, 1, packet_);
    if (!state.attacker.right_identifier)
        replace_identifier(packet_, static_cast<std::uint16_t>(request->source_port ^ 0x5555U));
    return true;
}

/// A time exceeded that quotes the last packet as a stranger would who knows all but what only those on the path can see:
/// with the right ports and the whole packet, whose payload is a guess; or with 28 octets, of which the source port (or
/// identifier) and the checksum (or sequence numbers) are guesses.
bool Attack::quote(const State& state)
{
    const auto probe = parse_packet(probe_);
    if (!probe || probe->source.is_v4() != state.attacker.from.network.is_v4()) return false;
    const auto from = host_of(state.attacker.from, state.sent);
    const bool right = state.attacker.right_identifier;
    Bytes guess = probe_;
    const auto upper = std::span{guess}.subspan(probe_.size() - probe->payload.size());
    const bool icmp = probe->protocol == protocol::icmp_of(probe->version);
    for (std::size_t at = 0; at < upper.size(); ++at) {
        const bool type_or_port =
            icmp ? at < 2 : at == 2 || at == 3;  // of ICMP type and code, of others the destination's port
        const bool known = icmp ? at == 4 || at == 5 : at < 2 || at == 4 || at == 5;
        if (type_or_port || (right && known)) continue;
        random_ = random_ * 6364136223846793005U + 1442695040888963407U;
        upper[at] = static_cast<std::byte>(random_ >> 56);
    }
    IcmpBehaviour behaviour;
    behaviour.quote = {.octets = right ? std::optional<std::size_t>{} : std::optional<std::size_t>{8}};
    const auto guessed = parse_packet(guess);
    if (!guessed) return false;
    ErrorMessage error;
    error.type = 11;  // time exceeded
    if (probe->version == IpVersion::v6) error.type = 3;
    error.from = from;
    error.behaviour = &behaviour;
    build_error(*guessed, error, 1, packet_);
    return true;
}

/// A reply that was seen, once more, from another host.
bool Attack::replay(const State& state)
{
    if (replies_.empty()) return false;
    packet_ = replies_[state.sent % replies_.size()];
    const bool v4 = std::to_integer<unsigned>(packet_[0]) >> 4 == 4;
    if (v4 != state.attacker.from.network.is_v4()) return false;
    replace_source(packet_, host_of(state.attacker.from, state.sent));
    return true;
}

}  // namespace netsim
