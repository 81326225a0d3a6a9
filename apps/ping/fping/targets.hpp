#pragma once
// fping's targets: operands, lines of a file, generated addresses; and their addresses.

#include <apps/ping/fping/hosts.hpp>
#include <apps/ping/fping/plan.hpp>
#include <apps/ping/resolver_words.hpp>
#include <libnet/base/printable.hpp>
#include <libnet/base/read_line.hpp>
#include <libnet/io/dns/host_text.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/io/loop/each_at_once.hpp>
#include <libnet/wire/ip/address_range.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace libnet::apps::fping {

constexpr std::uint64_t most_generated = 131'072;

/// The first word of each line; a line whose first word begins with # is a comment. A line ends at an octet of zero, too:
/// what stands behind it would be shown, but not asked for.
inline std::vector<std::string> read_names(const Plan& plan, std::istream& in)
try {
    constexpr std::size_t longest_line = 64 * 1024, longest_name = 255, most_names = 10'000'000;
    std::vector<std::string> names;
    for (std::string line; base::read_line(in, line, longest_line);) {
        std::istringstream words{line.substr(0, line.find('\0'))};
        std::string word;
        if (!(words >> word) || word.front() == '#') continue;
        if (word.size() > longest_name) throw std::length_error{"name"};
        names.push_back(std::move(word));
        if (names.size() > most_names) throw Fault{wrong_usage, plan.program + ": too many targets"};
    }
    return names;
} catch (const std::length_error&) {
    throw Fault{wrong_usage, plan.program + ": target name too long"};
}

inline asio::ip::address generated_end(const Plan& plan, const std::string& text)
{
    boost::system::error_code failed;
    const auto address = asio::ip::make_address(io::resolvable_host(text), failed);
    if (failed)
        throw Fault{wrong_usage, fmt::format("{}: can't parse address {}: Name or service not known", plan.program,
                                             base::without_controls(text))};
    return address;
}

/// NETWORK/LENGTH: the hosts of an IPv4 network, all addresses of an IPv6 one.
inline wire::AddressRange generated_network(const Plan& plan, const std::string& text)
{
    const auto slash = text.rfind('/');
    const auto address = generated_end(plan, text.substr(0, slash));
    const auto digits = text.substr(slash + 1);
    const bool number = !digits.empty() && digits.size() < 4 && digits.find_first_not_of("0123456789") == digits.npos;
    const int length = number ? std::stoi(digits) : 0;
    const int least = address.is_v4() ? 1 : 65, most = address.is_v4() ? 32 : 128;
    if (length < least || length > most)
        throw Fault{wrong_usage, fmt::format("{}: netmask must be between {} and {} (is: {})", plan.program, least,
                                             most, number ? std::to_string(length) : digits)};
    if (address.is_v4()) return *wire::parse_address_range(fmt::format("{}/{}", address.to_string(), length));
    auto first = address.to_v6().to_bytes(), last = first;
    for (int bit = length; bit < 128; ++bit) {
        const auto mask = static_cast<unsigned char>(0x80 >> (bit % 8));
        const auto octet = static_cast<std::size_t>(bit) / 8;
        first[octet] = static_cast<unsigned char>(first[octet] & ~mask);
        last[octet] = static_cast<unsigned char>(last[octet] | mask);
    }
    const auto zone = address.to_v6().scope_id();
    return {asio::ip::address_v6{first, zone}, asio::ip::address_v6{last, zone}};
}

/// As `to_string`, which takes several times as long for IPv4: a sweep writes and reads tens of thousands.
inline std::string address_text(const asio::ip::address& address)
{
    if (!address.is_v4()) return address.to_string();
    const auto octets = address.to_v4().to_bytes();
    return fmt::format("{}.{}.{}.{}", octets[0], octets[1], octets[2], octets[3]);
}

/// nullopt: it is a name, or nothing at all, as an address with the zone of an interface that isn't there.
inline std::optional<asio::ip::address> literal_address(const std::string& text)
{
    boost::system::error_code failed;
    const auto v4 = asio::ip::make_address_v4(text, failed);  // most are
    if (!failed) return v4;
    const auto any = asio::ip::make_address(io::resolvable_host(text), failed);
    if (failed || (text.find('%') != text.npos && any.to_v6().scope_id() == 0)) return std::nullopt;
    return wire::unmapped(any);
}

inline std::vector<std::string> generated_names(const Plan& plan)
{
    wire::AddressRange range;
    if (plan.operands.size() == 1) {
        range = generated_network(plan, plan.operands[0]);
    } else {
        range = {generated_end(plan, plan.operands[0]), generated_end(plan, plan.operands[1])};
        if (range.first.is_v4() != range.last.is_v4())
            throw Fault{wrong_usage,
                        fmt::format("{}: can't parse address {}: Address family for hostname not supported",
                                    plan.program, plan.operands[1])};
        if (range.last < range.first) return {};
    }
    if (range.size() > most_generated)
        throw Fault{wrong_usage, plan.program + ": -g parameter generates too many addresses"};
    std::vector<std::string> names;
    names.reserve(range.size());
    for (std::uint64_t i = 0; i < range.size(); ++i) names.push_back(address_text(range.at(i)));
    return names;
}

/// Without operands, targets come from standard input.
inline std::vector<std::string> target_names(const Plan& plan)
{
    if (plan.generate) return generated_names(plan);
    if (!plan.operands.empty()) return plan.operands;
    const auto file = plan.file.value_or("-");
    if (file == "-") return read_names(plan, std::cin);
    std::ifstream in{file};
    if (!in) throw Fault{system_failure, fmt::format("{}: fopen : {}", plan.program, std::strerror(errno))};
    return read_names(plan, in);
}

/// What became of a name: its hosts, or why it has none.
struct Resolved {
    std::vector<asio::ip::address> addresses;
    std::vector<std::string> names;  ///< of the addresses, as far as they were asked for
    std::string trouble;
};

/// Asks for names, many at once.
class NameTable : public std::enable_shared_from_this<NameTable> {
public:
    NameTable(asio::any_io_executor executor, const Plan& plan, std::vector<std::string> names)
        : plan_{plan},
          executor_{executor},
          resolver_{executor, {.localhost_from_hosts = true}},
          names_{std::move(names)},
          results_(names_.size())
    {}

    /// Completes when each name has its addresses, or a trouble.
    asio::awaitable<void> resolve()
    {
        constexpr std::size_t at_once = 128;
        for (std::size_t i = 0; i < names_.size(); ++i)
            if (!is_known(i)) asked_.push_back(i);
        const std::function<asio::awaitable<void>(std::size_t)> work = [self = shared_from_this()](std::size_t i) {
            return self->ask(self->asked_[i]);
        };
        co_await io::each_at_once(executor_, asked_.size(), at_once, work);
    }

    const std::vector<std::string>& names() const noexcept { return names_; }
    const Resolved& result(std::size_t index) const { return results_[index]; }

private:
    bool wants_names(bool literal) const { return plan_.reverse || (plan_.named && literal); }

    /// An address needs no question, and most targets are addresses.
    bool is_known(std::size_t index)
    {
        const auto address = literal_address(names_[index]);
        if (!address) return false;
        const bool wanted =
            plan_.family == io::AddressFamily::any || address->is_v4() == (plan_.family == io::AddressFamily::ipv4);
        if (!wanted) results_[index].trouble = "Address family for hostname not supported";
        else results_[index].addresses = {*address};
        return !wanted || !wants_names(true);
    }

    asio::awaitable<void> ask(std::size_t index)
    {
        Resolved& result = results_[index];
        const bool literal = !result.addresses.empty();
        try {
            const std::string name = names_[index];
            if (!literal) result.addresses = co_await resolver_.resolve(name, plan_.family);
            if (!plan_.all_addresses) result.addresses.resize(1);
            if (!wants_names(literal)) co_return;
            for (const auto& address : result.addresses) {
                const auto found = co_await resolver_.name_of(address);
                result.names.push_back(found.value_or(name));
            }
        } catch (const boost::system::system_error& error) {
            result.trouble = resolver_words(error.code());
        }
    }

    const Plan& plan_;
    asio::any_io_executor executor_;
    io::Resolver resolver_;
    std::vector<std::string> names_;
    std::vector<Resolved> results_;
    std::vector<std::size_t> asked_;  // indices of the names that name servers are asked for
};

/// The hosts of a name that has addresses.
inline void append_hosts(const Plan& plan, const std::string& name, const Resolved& resolved, std::vector<Host>& hosts)
{
    for (std::size_t i = 0; i < resolved.addresses.size(); ++i) {
        Host host;
        host.name = name;
        host.address = resolved.addresses[i];
        host.shown = i < resolved.names.size() ? resolved.names[i] : name;
        if (plan.by_address) {
            const auto address = host.address.to_string();
            host.shown = plan.named || plan.reverse ? fmt::format("{} ({})", host.shown, address) : address;
        }
        host.timeout = plan.timeout;
        hosts.push_back(std::move(host));
    }
}

}  // namespace libnet::apps::fping
