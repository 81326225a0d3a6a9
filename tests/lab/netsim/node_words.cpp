#include <tests/lab/netsim/node_words.hpp>
#include <tests/lab/netsim/values.hpp>

namespace netsim {

void read_impairment(Section& section, Impairment& to)
{
    section.word("delay", [&](const Place& value) { to.delay = read_duration(value); });
    section.word("jitter", [&](const Place& value) { to.jitter = read_duration(value); });
    section.word("loss", [&](const Place& value) { to.loss = read_share(value); });
    section.word("duplicate", [&](const Place& value) { to.duplicate = read_share(value); });
    section.word("duplicate-after", [&](const Place& value) { to.duplicate_after = read_duration(value); });
    section.word("reorder", [&](const Place& value) { to.reorder = read_share(value); });
    section.word("reorder-by", [&](const Place& value) { to.reorder_by = read_duration(value); });
    section.word("corrupt", [&](const Place& value) { to.corrupt = read_share(value); });
    section.word("late", [&](const Place& value) { to.late = read_share(value); });
    section.word("late-by", [&](const Place& value) { to.late_by = read_duration(value); });
}

namespace {

constexpr std::size_t max_list = 256;

std::vector<Place> bounded_elements(const Place& place)
{
    auto elements = place.elements();
    if (elements.size() > max_list) place.expected(fmt::format("at most {} elements", max_list));
    return elements;
}

Quote read_quote(const Place& place)
{
    const std::string word = place.node.IsScalar() ? place.node.Scalar() : "";
    if (word == "all") return {std::nullopt, true};
    if (word == "none") return {0, false};
    return {read_integer(place, 0, 65'535), true};
}

MplsLabel read_mpls(const Place& place)
{
    MplsLabel label;
    Section section{place, "a label such as {label: 16001, class: 0, ttl: 1}"};
    section.word("label", [&](const Place& value) {
        label.label = static_cast<std::uint32_t>(read_integer(value, 0, (1U << 20) - 1));
    });
    section.word("class", [&](const Place& value) {
        label.traffic_class = static_cast<std::uint8_t>(read_integer(value, 0, 7));
    });
    section.word("ttl", [&](const Place& value) { label.ttl = read_small<std::uint8_t>(value); });
    section.finish();
    return label;
}

InterfaceInformation read_interface(const Place& place)
{
    InterfaceInformation interface;
    Section section{place, "an interface such as {role: incoming, index: 3, name: eth0, mtu: 1500}"};
    section.word("role", [&](const Place& value) {
        interface.role = read_word<std::uint8_t>(value, {{"incoming", std::uint8_t{0}},
                                                         {"sub-ip", std::uint8_t{1}},
                                                         {"outgoing", std::uint8_t{2}},
                                                         {"next-hop", std::uint8_t{3}}});
    });
    section.word("index", [&](const Place& value) { interface.index = read_small<std::uint32_t>(value); });
    section.word("address", [&](const Place& value) { interface.address = read_address(value); });
    section.word("name", [&](const Place& value) {
        interface.name = read_text(value);
        if (interface.name->size() > 63) value.expected("a name of at most 63 octets (RFC 5837 section 4.3)");
    });
    section.word("mtu", [&](const Place& value) { interface.mtu = read_small<std::uint32_t>(value); });
    section.finish();
    return interface;
}

std::vector<std::byte> read_hex(const Place& place)
{
    const std::string text = read_text(place);
    std::vector<std::byte> octets;
    const auto digit = [&](char c) -> unsigned {
        if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
        if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
        place.expected("octets in lower-case hexadecimal, such as \"0102ff\"");
    };
    if (text.size() % 2 != 0) place.expected("an even number of hexadecimal digits");
    for (std::size_t i = 0; i < text.size(); i += 2)
        octets.push_back(static_cast<std::byte>(digit(text[i]) << 4 | digit(text[i + 1])));
    return octets;
}

ExtensionObject read_object(const Place& place)
{
    ExtensionObject object;
    Section section{place, "an object such as {class: 99, type: 1, data: \"0102ff\"}"};
    section.word("class", [&](const Place& value) { object.class_number = read_small<std::uint8_t>(value); });
    section.word("type", [&](const Place& value) { object.type = read_small<std::uint8_t>(value); });
    section.word("data", [&](const Place& value) { object.payload = read_hex(value); });
    section.finish();
    if (object.payload.size() > 256) place.expected("at most 256 octets of data");
    return object;
}

void read_extensions(const Place& place, Extensions& to)
{
    using Broken = Extensions::Broken;
    to = {};
    Section section{place, "extensions such as {mpls: [{label: 16001}]}"};
    section.word("layout", [&](const Place& value) {
        to.legacy = read_word<bool>(value, {{"compliant", false}, {"legacy", true}});
    });
    section.word("mpls", [&](const Place& value) {
        for (const auto& element : bounded_elements(value)) to.mpls.push_back(read_mpls(element));
    });
    section.word("interface", [&](const Place& value) {
        for (const auto& element : bounded_elements(value)) to.interfaces.push_back(read_interface(element));
    });
    section.word("object", [&](const Place& value) {
        for (const auto& element : bounded_elements(value)) to.objects.push_back(read_object(element));
    });
    section.word("broken", [&](const Place& value) {
        to.broken = read_word<Broken>(value, {{"no", Broken::no},
                                              {"checksum", Broken::checksum},
                                              {"truncated", Broken::truncated},
                                              {"length-zero", Broken::length_zero}});
    });
    section.finish();
    constexpr std::size_t max_octets = 400;  // beside 128 octets of quote in a message of 576
    std::size_t octets = 4 + 4 * to.mpls.size() + 40 * to.interfaces.size();
    for (const auto& interface : to.interfaces) octets += interface.name ? interface.name->size() + 4 : 0;
    for (const auto& object : to.objects) octets += 8 + object.payload.size();
    if (octets > max_octets) place.expected("extensions that fit a message of 576 octets");
}

void read_alteration(const Place& place, Alteration& to)
{
    using Identification = Alteration::Identification;
    Section section{place, "what the quote alters, such as {ttl: 0, id: swapped}"};
    section.word("ttl", [&](const Place& value) { to.ttl = read_small<std::uint8_t>(value); });
    section.word("tos", [&](const Place& value) { to.tos = read_small<std::uint8_t>(value); });
    section.word("ecn", [&](const Place& value) { to.ecn = static_cast<std::uint8_t>(read_integer(value, 0, 3)); });
    section.word("id", [&](const Place& value) {
        to.identification = read_word<Identification>(value, {{"as-sent", Identification::as_sent},
                                                              {"swapped", Identification::swapped},
                                                              {"one-more", Identification::one_more},
                                                              {"one-less", Identification::one_less}});
    });
    section.word("checksum", [&](const Place& value) { to.checksum = read_small<std::uint16_t>(value); });
    section.word("source-port", [&](const Place& value) { to.source_port = read_small<std::uint16_t>(value); });
    section.word("destination-port",
                 [&](const Place& value) { to.destination_port = read_small<std::uint16_t>(value); });
    section.word("source", [&](const Place& value) { to.source = read_address(value); });
    section.word("destination", [&](const Place& value) { to.destination = read_address(value); });
    section.finish();
}

void read_icmp(const Place& place, IcmpBehaviour& to)
{
    using From = IcmpBehaviour::From;
    Section section{place, "how it tells of errors, such as {silent: true}"};
    section.word("silent", [&](const Place& value) { to.silent = read_flag(value); });
    section.word("rate", [&](const Place& value) { to.rate = read_rate(value); });
    section.word("burst",
                 [&](const Place& value) { to.burst = static_cast<double>(read_integer(value, 1, 1'000'000)); });
    section.word("from", [&](const Place& value) {
        to.from = read_word<From>(
            value, {{"incoming", From::incoming}, {"outgoing", From::outgoing}, {"loopback", From::loopback}});
    });
    section.word("quote", [&](const Place& value) { to.quote = read_quote(value); });
    section.word("extensions", [&](const Place& value) { read_extensions(value, to.extensions); });
    section.word("altered", [&](const Place& value) { read_alteration(value, to.altered); });
    section.finish();
}

/// The names of ICMP errors, with their numbers in both families.
struct NamedError {
    const char* name;
    std::uint8_t type4, code4, type6, code6;
};
constexpr NamedError named_errors[] = {
    {"net-unreachable", 3, 0, 1, 0},   {"host-unreachable", 3, 1, 1, 3},    {"protocol-unreachable", 3, 2, 4, 1},
    {"port-unreachable", 3, 3, 1, 4},  {"source-route-failed", 3, 5, 1, 0}, {"net-unknown", 3, 6, 1, 0},
    {"host-unknown", 3, 7, 1, 3},      {"net-prohibited", 3, 9, 1, 1},      {"host-prohibited", 3, 10, 1, 1},
    {"admin-prohibited", 3, 13, 1, 1}, {"beyond-scope", 3, 11, 1, 2},       {"source-policy", 3, 13, 1, 5},
    {"reject-route", 3, 13, 1, 6},     {"ttl-exceeded", 11, 0, 3, 0},       {"reassembly-exceeded", 11, 1, 3, 1},
};

void read_error(const Place& place, Answer& to)
{
    to.kind = Answer::Kind::error;
    const std::string word = place.node.IsScalar() ? place.node.Scalar() : "";
    for (const auto& named : named_errors) {
        if (word != named.name) continue;
        to.type = named.type4, to.code = named.code4, to.type6 = named.type6, to.code6 = named.code6;
        return;
    }
    const auto slash = word.find('/');
    if (slash != std::string::npos) {
        const auto part = [&](const std::string& digits) {
            return !digits.empty() && digits.size() < 4 &&
                           std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })
                       ? std::min(std::stoi(digits), 256)
                       : 256;
        };
        const int type = part(word.substr(0, slash)), code = part(word.substr(slash + 1));
        if (type < 256 && code < 256) {
            to.type = to.type6 = static_cast<std::uint8_t>(type);
            to.code = to.code6 = static_cast<std::uint8_t>(code);
            return;
        }
    }
    std::vector<std::string_view> names;
    for (const auto& named : named_errors) names.emplace_back(named.name);
    place.expected(fmt::format("an ICMP error: TYPE/CODE, such as 3/13, or one of: {}", fmt::join(names, ", ")));
}

Answer read_answer(const Place& place)
{
    using Kind = Answer::Kind;
    const auto read_kind = [](const Place& value) {
        return read_word<Kind>(value, {{"reply", Kind::reply},
                                       {"silence", Kind::silence},
                                       {"port-unreachable", Kind::port_unreachable},
                                       {"syn-ack", Kind::syn_ack},
                                       {"reset", Kind::reset},
                                       {"dns", Kind::dns}});
    };
    Answer answer;
    if (!place.node.IsMap()) {
        answer.kind = read_kind(place);
        return answer;
    }
    Section section{place, "an answer"};
    int given = 0;
    section.word("answer", [&](const Place& value) {
        answer.kind = read_kind(value);
        ++given;
    });
    section.word("error", [&](const Place& value) {
        read_error(value, answer);
        ++given;
    });
    if (given != 1) place.expected("one of 'answer' and 'error'");
    section.word("from", [&](const Place& value) {
        for (const auto& element : bounded_elements(value)) {
            const auto address = read_address(element);
            (address.is_v4() ? answer.from4 : answer.from6) = address;
        }
    });
    section.finish();
    return answer;
}

/// "silence", or {default: reset, 80: syn-ack}.
void read_ports(const Place& place, Answer& otherwise, std::map<std::uint16_t, Answer>& ports)
{
    const bool is_answer = !place.node.IsMap() || place.node["answer"] || place.node["error"];
    if (is_answer) {
        otherwise = read_answer(place);
        return;
    }
    Section section{place, "answers by port"};
    for (auto& entry : section.entries()) {
        const Answer answer = read_answer(entry.value);
        if (entry.name == "default") otherwise = answer;
        else ports[static_cast<std::uint16_t>(read_integer(entry.key, 0, 65'535))] = answer;
    }
}

HostRange read_range(const Place& place)
{
    HostRange range;
    if (!place.node.IsMap()) {
        range.prefix = read_prefix(place);
        return range;
    }
    Section section{place, "a prefix such as {prefix: 10.32.0.0/12, one-in: 16}"};
    bool given = false;
    section.word("prefix", [&](const Place& value) {
        range.prefix = read_prefix(value);
        given = true;
    });
    section.word("one-in", [&](const Place& value) { range.one_in = read_integer(value, 1, ~std::uint64_t{0}); });
    section.finish();
    if (!given) place.expected("a prefix such as {prefix: 10.32.0.0/12, one-in: 16}");
    return range;
}

}  // namespace

void read_node(Section& section, Node& node)
{
    read_impairment(section, node.impairment);
    section.word("address", [&](const Place& value) {
        node.addresses.clear();
        for (const auto& element : bounded_elements(value)) {
            node.addresses.push_back(read_address(element));
            if (node.addresses.back().is_multicast()) element.expected("an address of one host");
        }
    });
    section.word("prefix", [&](const Place& value) {
        node.ranges.clear();
        for (const auto& element : bounded_elements(value)) node.ranges.push_back(read_range(element));
    });
    section.word("down", [&](const Place& value) { node.down = read_flag(value); });
    section.word("forwards", [&](const Place& value) { node.forwards = read_flag(value); });
    section.word("rewrites-source", [&](const Place& value) { node.rewrites_source = read_flag(value); });
    section.word("icmp", [&](const Place& value) { read_icmp(value, node.icmp); });
    section.word("echo", [&](const Place& value) { node.echo = read_answer(value); });
    section.word("udp", [&](const Place& value) { read_ports(value, node.udp, node.udp_ports); });
    section.word("tcp", [&](const Place& value) { read_ports(value, node.tcp, node.tcp_ports); });
}

}  // namespace netsim
