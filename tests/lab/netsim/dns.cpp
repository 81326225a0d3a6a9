#include <tests/lab/netsim/dns.hpp>
#include <tests/lab/netsim/packet_writing.hpp>

#include <algorithm>
#include <string>

namespace netsim {

namespace {

using libnet::base::load_be;
using libnet::base::store_be;

constexpr std::size_t dns_header_size = 12;
constexpr std::uint16_t response = 0x8000, authoritative = 0x0400, truncated = 0x0200, recursion_desired = 0x0100,
                        recursion_available = 0x0080;
enum Code : std::uint16_t { no_error = 0, format_error = 1, server_failure = 2, name_error = 3, refused = 5 };

void append_name(Bytes& out, const std::string& name)
{
    std::size_t begin = 0;
    while (begin < name.size()) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        const std::size_t size = std::min<std::size_t>(end - begin, 63);
        append(out, static_cast<std::uint8_t>(size));
        for (std::size_t i = 0; i < size; ++i) append(out, static_cast<std::uint8_t>(name[begin + i]));
        begin = end + 1;
    }
    append(out, std::uint8_t{0});
}

/// The question, RFC 1035 section 4.1.2.
struct Question {
    std::string name;  ///< lower case
    std::uint16_t type = 0;
    std::size_t end = 0;  ///< where it ends in the query
};

/// nullopt: broken, or compressed, which a question never needs to be.
std::optional<Question> read_question(std::span<const std::byte> query)
{
    Question question;
    std::size_t at = dns_header_size;
    for (;;) {
        if (at >= query.size()) return std::nullopt;
        const auto size = std::to_integer<std::size_t>(query[at++]);
        if (size == 0) break;
        if (size > 63 || at + size > query.size() || question.name.size() + size > 254) return std::nullopt;
        if (!question.name.empty()) question.name += '.';
        for (std::size_t i = 0; i < size; ++i) {
            const auto c = std::to_integer<char>(query[at + i]);
            question.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        at += size;
    }
    if (at + 4 > query.size()) return std::nullopt;
    question.type = load_be<std::uint16_t>(query, at);
    question.end = at + 4;
    return question;
}

void append_data(Bytes& out, const DnsRecord& record)
{
    using Type = DnsRecord::Type;
    const std::size_t length_at = out.size();
    append(out, std::uint16_t{0});
    if (record.type == Type::a || record.type == Type::aaaa) {
        const auto address = asio::ip::make_address(record.value);
        out.resize(out.size() + (address.is_v4() ? 4 : 16));
        store_address(out, out.size() - (address.is_v4() ? 4 : 16), address);
    } else if (record.type == Type::txt) {
        std::size_t at = 0;
        do {  // strings of at most 255 octets, and one at least
            const std::size_t size = std::min<std::size_t>(record.value.size() - at, 255);
            append(out, static_cast<std::uint8_t>(size));
            for (std::size_t i = 0; i < size; ++i) append(out, static_cast<std::uint8_t>(record.value[at + i]));
            at += size;
        } while (at < record.value.size());
    } else {
        append_name(out, record.value);
    }
    store_be(std::span{out}, length_at, static_cast<std::uint16_t>(out.size() - length_at - 2));
}

struct Answers {
    std::uint16_t count = 0;
    bool known = false;  ///< the name has records, of whatever type
};

/// Appends what the name has of this type, at the end of its chain of CNAMEs.
Answers append_answers(Bytes& out, const DnsServer& server, std::string name, std::uint16_t type)
{
    constexpr int max_chain = 8;
    constexpr std::uint16_t any = 255, internet = 1;
    Answers answers;
    for (int i = 0; i < max_chain; ++i) {
        std::optional<std::string> next;
        for (const auto& record : server.records) {
            if (record.name != name) continue;
            answers.known = true;
            const bool alias = record.type == DnsRecord::Type::cname;
            if (type != any && static_cast<std::uint16_t>(record.type) != type && !alias) continue;
            append_name(out, record.name);
            append(out, static_cast<std::uint16_t>(record.type));
            append(out, internet);
            append(out, record.ttl);
            append_data(out, record);
            ++answers.count;
            if (alias && type != static_cast<std::uint16_t>(record.type)) next = record.value;
        }
        if (!next) break;
        name = *next;
    }
    return answers;
}

}  // namespace

std::optional<DnsReply> answer_query(const DnsServer& server, std::span<const std::byte> query)
{
    if (query.size() < dns_header_size) return std::nullopt;
    const auto flags = load_be<std::uint16_t>(query, 2);
    if ((flags & response) != 0) return std::nullopt;
    const auto question = load_be<std::uint16_t>(query, 4) == 1 ? read_question(query) : std::nullopt;

    DnsReply reply;
    Bytes& out = reply.message;
    const std::size_t echoed = question ? question->end : dns_header_size;
    out.assign(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(echoed));
    for (const std::size_t at : {6U, 8U, 10U}) store_be<std::uint16_t>(std::span{out}, at, 0);
    store_be<std::uint16_t>(std::span{out}, 4, question ? 1 : 0);
    std::uint16_t result = response | authoritative | recursion_available | (flags & recursion_desired);
    const auto finish = [&](std::uint16_t code) {
        store_be(std::span{out}, 2, static_cast<std::uint16_t>(result | code));
        return reply;
    };
    if (!question || (flags & 0x7800U) != 0) return finish(format_error);

    const auto special = server.names.find(question->name);
    const DnsName name = special == server.names.end() ? DnsName{} : special->second;
    reply.delay = server.delay + name.delay;
    using Failure = DnsName::Failure;
    switch (name.failure) {
    case Failure::none:
        break;
    case Failure::silent:
        return std::nullopt;
    case Failure::nxdomain:
        return finish(name_error);
    case Failure::servfail:
        return finish(server_failure);
    case Failure::refused:
        return finish(refused);
    case Failure::truncated:
        result |= truncated;
        return finish(no_error);
    }
    const auto answers = append_answers(out, server, question->name, question->type);
    store_be(std::span{out}, 6, answers.count);
    const bool known = answers.known || special != server.names.end();
    return finish(known ? no_error : name_error);
}

}  // namespace netsim
