#pragma once

#include <libnet/base/text.hpp>
#include <libnet/io/dns/alias_answer.hpp>
#include <libnet/io/dns/ares_channel.hpp>
#include <libnet/io/dns/resolve_error.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/wire/dns/idn.hpp>
#include <libnet/wire/http/host_name.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>
#include <variant>

#include <netdb.h>
#include <netinet/in.h>

namespace libnet::inline v0::io::detail {

/// More addresses than a caller will try: a name server must not decide how many there are.
constexpr std::size_t max_addresses = 64;

/// An address that is written out. A NUL would hide the rest of the text from the parser; a zone that doesn't exist
/// is no address here.
LIBNETXX_DECL std::optional<asio::ip::address> literal_address(const std::string& text)
{
    if (text.find('\0') != text.npos) return std::nullopt;
    boost::system::error_code error;
    const auto address = asio::ip::make_address(text, error);
    if (error) return std::nullopt;
    if (text.find('%') != text.npos && address.to_v6().scope_id() == 0) return std::nullopt;
    return wire::unmapped(address);
}

LIBNETXX_DECL bool in_family(const asio::ip::address& address, AddressFamily family)
{
    return family == AddressFamily::any || address.is_v4() == (family == AddressFamily::ipv4);
}

/// Both loopback addresses, unless this machine has no IPv6 and the caller didn't insist on it.
LIBNETXX_DECL std::vector<asio::ip::address> loopback_addresses(const asio::any_io_executor& executor,
                                                                AddressFamily family)
{
    const asio::ip::udp::endpoint v6{asio::ip::address_v6::loopback(), 0};
    const asio::ip::address v4 = asio::ip::address_v4::loopback();
    if (family == AddressFamily::ipv4) return {v4};
    if (family == AddressFamily::ipv6) return {v6.address()};
    asio::ip::udp::socket probe{executor};
    boost::system::error_code error;
    probe.open(v6.protocol(), error);
    if (!error) probe.bind(v6, error);
    return error ? std::vector{v4} : std::vector{v6.address(), v4};
}

LIBNETXX_DECL std::optional<asio::ip::address> address_of(const ares_addrinfo_node& node)
{
    if (node.ai_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(node.ai_addr);
        return asio::ip::address_v4{ntohl(v4->sin_addr.s_addr)};
    }
    if (node.ai_family != AF_INET6) return std::nullopt;
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(node.ai_addr);
    asio::ip::address_v6::bytes_type bytes;
    std::copy_n(v6->sin6_addr.s6_addr, bytes.size(), bytes.begin());
    return asio::ip::address_v6{bytes, v6->sin6_scope_id};
}

LIBNETXX_DECL std::vector<asio::ip::address> addresses_of(const ares_addrinfo& info)
{
    std::vector<asio::ip::address> addresses;
    for (const auto* node = info.nodes; node && addresses.size() < max_addresses; node = node->ai_next) {
        const auto address = address_of(*node);
        if (address && std::ranges::find(addresses, *address) == addresses.end()) addresses.push_back(*address);
    }
    return addresses;
}

/// The least time to live of all records; a hostile one (RFC 2181 section 8: the highest bit is set) is zero.
LIBNETXX_DECL std::chrono::seconds ttl_of(const ares_addrinfo& info)
{
    std::chrono::seconds least = std::chrono::hours{24 * 7};
    const auto note = [&least](int ttl) { least = std::min(least, std::chrono::seconds{std::max(ttl, 0)}); };
    for (const auto* node = info.nodes; node; node = node->ai_next) note(node->ai_ttl);
    for (const auto* alias = info.cnames; alias; alias = alias->next) note(alias->ttl);
    return least;
}

/// What "localhost" is.
enum class Localhost : std::uint8_t { loopback, from_hosts };

/// The addresses of this name.
struct NameQuestion {
    std::string name;
    AddressFamily family;
};

/// Whether this name, which has no address of either family, is an alias of itself.
struct AliasQuestion {
    std::string name;
};

/// One call: what it asks, and where the answer will lie. Who waits for it owns it and all others hold it weakly, so
/// a call that was cancelled is simply gone when its answer comes.
struct Lookup {
    using Question = std::variant<NameQuestion, AliasQuestion, asio::ip::address>;

    Lookup(Question what, std::function<void()> tell) : question{std::move(what)}, on_finished{std::move(tell)} {}
    void finish(int ares_status)
    {
        status = ares_status;
        finished = true;
        on_finished();
    }

    Question question;
    std::function<void()> on_finished;  ///< called in the middle of c-ares' work: it only wakes a coroutine
    bool finished = false;
    int status = ARES_EDESTRUCTION;
    std::vector<asio::ip::address> addresses;
    std::chrono::seconds ttl{};
    std::optional<std::string> name;
};

/// What the resolver and its pending calls share: the questions in flight, and those that wait for their turn.
///
/// c-ares calls back in the middle of its own work. Nothing of the caller's runs there: a callback only stores the
/// answer and cancels a timer, whose handler the io_context runs later.
class ResolverState {
public:
    ResolverState(asio::any_io_executor executor, const ResolverOptions& options)
        : executor_{std::move(executor)},
          max_in_flight_{std::max<std::size_t>(options.max_in_flight, 1)},
          localhost_{options.localhost_from_hosts ? Localhost::from_hosts : Localhost::loopback},
          channel_{std::make_shared<AresChannel>(executor_, options, [this] { proceed(); })}
    {}

    const asio::any_io_executor& executor() const { return executor_; }
    Localhost localhost() const { return localhost_; }

    /// Asks, now or when its turn comes. May be finished on return.
    std::shared_ptr<Lookup> start(Lookup::Question question, std::function<void()> on_finished);

    /// Ends every lookup with `ARES_EDESTRUCTION`, at once, and all that follow.
    void close();

private:
    /// What c-ares hands back with an answer.
    struct Ticket {
        ResolverState& state;
        std::weak_ptr<Lookup> lookup;
    };

    /// The aliases of a name, as far as they were followed.
    struct AliasTicket {
        ResolverState& state;
        std::weak_ptr<Lookup> lookup;
        int status;  ///< of the lookup, unless they form a loop
        std::vector<std::string> names;
    };

    static void on_addresses(void* ticket, int status, int timeouts, ares_addrinfo* info);
    static void on_alias(void* ticket, int status, int timeouts, unsigned char* answer, int size);
    static bool may_be_loop(const Lookup& lookup, int status);
    void follow(std::unique_ptr<AliasTicket> ticket);
    static void on_name(void* ticket, int status, int timeouts, hostent* host);

    void proceed();
    void ask(const std::shared_ptr<Lookup>& lookup);

    asio::any_io_executor executor_;
    std::size_t max_in_flight_;
    Localhost localhost_;
    std::size_t in_flight_ = 0;
    std::deque<std::weak_ptr<Lookup>> waiting_;
    std::shared_ptr<AresChannel> channel_;
};

LIBNETXX_DECL std::shared_ptr<Lookup> ResolverState::start(Lookup::Question question, std::function<void()> on_finished)
{
    auto lookup = std::make_shared<Lookup>(std::move(question), std::move(on_finished));
    if (!channel_->get()) {
        lookup->finish(ARES_EDESTRUCTION);
        return lookup;
    }
    waiting_.push_back(lookup);
    proceed();
    return lookup;
}

LIBNETXX_DECL void ResolverState::close()
{
    for (const auto& waiting : std::exchange(waiting_, {}))
        if (const auto lookup = waiting.lock()) lookup->finish(ARES_EDESTRUCTION);
    channel_->close();
}

LIBNETXX_DECL void ResolverState::proceed()
{
    while (in_flight_ < max_in_flight_ && !waiting_.empty()) {
        const auto lookup = waiting_.front().lock();
        waiting_.pop_front();
        if (lookup) ask(lookup);
    }
    if (in_flight_ > 0) channel_->arm_timer();
    else channel_->rest();
}

LIBNETXX_DECL void ResolverState::ask(const std::shared_ptr<Lookup>& lookup)
{
    if (const auto* aliases = std::get_if<AliasQuestion>(&lookup->question)) {
        follow(std::make_unique<AliasTicket>(AliasTicket{*this, lookup, ARES_ENODATA, {aliases->name}}));
        return;
    }
    ++in_flight_;
    auto ticket = std::make_unique<Ticket>(Ticket{*this, lookup});
    if (const auto* question = std::get_if<NameQuestion>(&lookup->question)) {
        ares_addrinfo_hints hints{};
        hints.ai_family = question->family == AddressFamily::any    ? AF_UNSPEC
                          : question->family == AddressFamily::ipv4 ? AF_INET
                                                                    : AF_INET6;
        ares_getaddrinfo(channel_->get(), question->name.c_str(), nullptr, &hints, &on_addresses, ticket.release());
    } else if (const auto& address = std::get<asio::ip::address>(lookup->question); address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        ares_gethostbyaddr(channel_->get(), bytes.data(), bytes.size(), AF_INET, &on_name, ticket.release());
    } else {
        const auto bytes = address.to_v6().to_bytes();
        ares_gethostbyaddr(channel_->get(), bytes.data(), bytes.size(), AF_INET6, &on_name, ticket.release());
    }
}

LIBNETXX_DECL void ResolverState::on_addresses(void* ticket, int status, int, ares_addrinfo* info)
{
    const std::unique_ptr<Ticket> mine{static_cast<Ticket*>(ticket)};
    const std::unique_ptr<ares_addrinfo, void (*)(ares_addrinfo*)> answer{info, &ares_freeaddrinfo};
    --mine->state.in_flight_;
    const auto lookup = mine->lookup.lock();
    if (!lookup) return;
    if (status == ARES_SUCCESS && answer) {
        lookup->addresses = addresses_of(*answer);
        lookup->ttl = ttl_of(*answer);
    }
    const int outcome = status == ARES_SUCCESS && lookup->addresses.empty() ? ARES_ENODATA : status;
    if (!may_be_loop(*lookup, outcome)) return lookup->finish(outcome);
    const auto& name = std::get<NameQuestion>(lookup->question).name;
    mine->state.follow(std::make_unique<AliasTicket>(AliasTicket{mine->state, lookup, outcome, {name}}));
}

/// A resolver that meets a loop of aliases says that it has failed (RFC 1034 section 3.6.2 wants it told as an error), or
/// hands them out without an address.
LIBNETXX_DECL bool ResolverState::may_be_loop(const Lookup& lookup, int status)
{
    const auto& question = std::get<NameQuestion>(lookup.question);
    const bool failed = status == ARES_ESERVFAIL || status == ARES_ECONNREFUSED;
    return failed || (status == ARES_ENODATA && question.family == AddressFamily::any);
}

/// Asks for the alias of the last name: for that, no resolver goes any further.
LIBNETXX_DECL void ResolverState::follow(std::unique_ptr<AliasTicket> ticket)
{
    constexpr int internet_class = 1;
    ++in_flight_;
    const std::string name = ticket->names.back();
    ares_query(channel_->get(), name.c_str(), internet_class, alias_type, &on_alias, ticket.release());
}

LIBNETXX_DECL void ResolverState::on_alias(void* ticket, int status, int, unsigned char* answer, int size)
{
    constexpr std::size_t most = 16;
    std::unique_ptr<AliasTicket> mine{static_cast<AliasTicket*>(ticket)};
    --mine->state.in_flight_;
    const auto lookup = mine->lookup.lock();
    if (!lookup) return;
    if (status == ARES_EDESTRUCTION) return lookup->finish(status);
    auto alias = status == ARES_SUCCESS ? read_alias(answer, size) : std::nullopt;
    if (!alias || mine->names.size() == most) return lookup->finish(mine->status);
    const bool known =
        std::ranges::any_of(mine->names, [&alias](const std::string& name) { return base::iequals(name, *alias); });
    if (known) return lookup->finish(alias_loop);
    mine->names.push_back(std::move(*alias));
    mine->state.follow(std::move(mine));
}

LIBNETXX_DECL void ResolverState::on_name(void* ticket, int status, int, hostent* host)
{
    const std::unique_ptr<Ticket> mine{static_cast<Ticket*>(ticket)};
    --mine->state.in_flight_;
    const auto lookup = mine->lookup.lock();
    if (!lookup) return;
    if (status == ARES_SUCCESS && host && host->h_name && wire::is_host_name(host->h_name)) lookup->name = host->h_name;
    lookup->finish(status);
}

/// What needs no name server, if the name is such a one. Throws where there is nothing to ask for.
LIBNETXX_DECL std::optional<ResolvedName> answer_without_asking(const asio::any_io_executor& executor,
                                                                const std::string& name, AddressFamily family,
                                                                Localhost localhost = Localhost::loopback)
{
    if (const auto literal = literal_address(name)) {
        if (!in_family(*literal, family)) throw no_such_address(name, family);
        return ResolvedName{{*literal}, std::nullopt};
    }
    const auto ascii = wire::ascii_host_name(name);
    if (!ascii || !wire::is_host_name(*ascii)) throw not_a_host_name(name);

    if (wire::is_invalid_domain(*ascii)) throw resolve_error(ARES_ENOTFOUND, name, family);
    if (localhost == Localhost::loopback && wire::is_localhost(*ascii))
        return ResolvedName{loopback_addresses(executor, family), std::nullopt};
    return std::nullopt;
}

/// Asks, and waits for the answer. Its timer never expires; it is cancelled when the lookup is finished.
LIBNETXX_DECL asio::awaitable<std::shared_ptr<Lookup>> wait_for(std::shared_ptr<ResolverState> state,
                                                                Lookup::Question question)
{
    asio::steady_timer done{state->executor(), asio::steady_timer::time_point::max()};
    auto lookup = state->start(std::move(question), [&done] { done.cancel(); });
    if (!lookup->finished) co_await done.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!lookup->finished || lookup->status == ARES_EDESTRUCTION) throw resolve_aborted();
    co_return lookup;
}

LIBNETXX_DECL asio::awaitable<ResolvedName> look_up(std::shared_ptr<ResolverState> state, std::string name,
                                                    AddressFamily family)
{
    auto known = answer_without_asking(state->executor(), name, family, state->localhost());
    if (known) co_return std::move(*known);

    Lookup::Question question{NameQuestion{*wire::ascii_host_name(name), family}};
    auto waiting = wait_for(state, std::move(question));
    const auto lookup = co_await std::move(waiting);
    if (lookup->status != ARES_SUCCESS) throw resolve_error(lookup->status, name, family);
    ResolvedName result;
    result.addresses = std::move(lookup->addresses);
    result.ttl = lookup->ttl;
    co_return result;
}

LIBNETXX_DECL asio::awaitable<std::vector<asio::ip::address>> resolve(std::shared_ptr<ResolverState> state,
                                                                      std::string name, AddressFamily family)
{
    ResolvedName found = co_await look_up(state, name, family);
    co_return std::move(found.addresses);
}

LIBNETXX_DECL asio::awaitable<std::optional<std::string>> name_of(std::shared_ptr<ResolverState> state,
                                                                  asio::ip::address address)
{
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    if (address == asio::ip::address_v4::loopback() || address == asio::ip::address_v6::loopback())
        co_return "localhost";

    Lookup::Question question{address};
    auto waiting = wait_for(state, std::move(question));
    const auto lookup = co_await std::move(waiting);
    co_return std::move(lookup->name);
}

}  // namespace libnet::inline v0::io::detail

namespace libnet::inline v0::io {

LIBNETXX_DECL Resolver::Resolver(asio::any_io_executor executor, ResolverOptions options)
{
    require_option(options.timeout.count() > 0, "resolver timeout: more than zero is needed");
    state_ = std::make_shared<detail::ResolverState>(std::move(executor), options);
}

LIBNETXX_DECL Resolver::~Resolver() { state_->close(); }

LIBNETXX_DECL asio::awaitable<std::vector<asio::ip::address>> Resolver::resolve(std::string name, AddressFamily family)
{
    return detail::resolve(state_, std::move(name), family);
}

LIBNETXX_DECL asio::awaitable<ResolvedName> Resolver::look_up(std::string name, AddressFamily family)
{
    return detail::look_up(state_, std::move(name), family);
}

LIBNETXX_DECL asio::awaitable<std::optional<std::string>> Resolver::name_of(asio::ip::address address)
{
    return detail::name_of(state_, address);
}

}  // namespace libnet::inline v0::io
