#pragma once

#include <libnet/base/text.hpp>
#include <libnet/io/resolver.hpp>
#include <libnet/wire/host_name.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <deque>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>

#include <ares.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/time.h>

namespace libnet::io::detail {

/// More addresses than anybody will try: a name server must not decide how many there are.
constexpr std::size_t max_addresses = 64;

/// Says in words what went wrong, and with which host.
class ResolveError : public boost::system::system_error {
public:
    ResolveError(boost::system::error_code code, const std::string& words)
        : system_error{code},
          words_{std::make_shared<const std::string>(words)}
    {}
    const char* what() const noexcept override { return words_->c_str(); }

private:
    std::shared_ptr<const std::string> words_;  // an exception's copy constructor must not throw
};

/// A name, as far as it can be shown: what was asked for may be anything, and messages end up on terminals.
LIBNET_DECL std::string printable_host(std::string_view name)
{
    std::string text{name.substr(0, 253)};
    std::ranges::replace_if(
        text, [](char c) { return c <= ' ' || c > '~'; }, '?');
    return text.empty() ? "(empty)" : text;
}

LIBNET_DECL std::string_view wanted_address(AddressFamily family)
{
    if (family == AddressFamily::ipv4) return "IPv4 address";
    return family == AddressFamily::ipv6 ? "IPv6 address" : "address";
}

LIBNET_DECL ResolveError no_such_address(std::string_view name, AddressFamily family)
{
    return {asio::error::no_data, printable_host(name) + ": has no " + std::string{wanted_address(family)}};
}

LIBNET_DECL ResolveError not_a_host_name(std::string_view name)
{
    return {asio::error::host_not_found, printable_host(name) + ": not a host name"};
}

LIBNET_DECL boost::system::system_error resolve_aborted()
{
    return boost::system::system_error{asio::error::make_error_code(asio::error::operation_aborted)};
}

/// What a c-ares status other than success means for the caller.
LIBNET_DECL ResolveError resolve_error(int status, std::string_view name, AddressFamily family)
{
    const std::string host = printable_host(name);
    switch (status) {
    case ARES_ENOTFOUND:
        return {asio::error::host_not_found, host + ": no such host"};
    case ARES_EBADNAME:
        return not_a_host_name(name);
    case ARES_ENODATA:
        return no_such_address(name, family);
    case ARES_ETIMEOUT:
        return {asio::error::timed_out, host + ": no name server answered in time"};
    // c-ares tries the next server when one fails (SERVFAIL) or refuses, and reports the end of the list as this.
    case ARES_ECONNREFUSED:
    case ARES_ESERVFAIL:
    case ARES_EREFUSED:
        return {asio::error::host_not_found_try_again, host + ": every name server is out of reach, refuses or fails"};
    default:
        return {asio::error::no_recovery, host + ": no usable answer: " + ares_strerror(status)};
    }
}

/// An address that is written out. A NUL would hide the rest of the text from the parser; a zone that doesn't exist
/// is no address here.
LIBNET_DECL std::optional<asio::ip::address> literal_address(const std::string& text)
{
    if (text.find('\0') != text.npos) return std::nullopt;
    boost::system::error_code error;
    const auto address = asio::ip::make_address(text, error);
    if (error) return std::nullopt;
    if (text.find('%') != text.npos && address.to_v6().scope_id() == 0) return std::nullopt;
    return address;
}

LIBNET_DECL bool in_family(const asio::ip::address& address, AddressFamily family)
{
    return family == AddressFamily::any || address.is_v4() == (family == AddressFamily::ipv4);
}

/// "localhost" and every name below it, RFC 6761 section 6.3. c-ares knows of this from 1.19.1 on only.
LIBNET_DECL bool is_localhost(std::string_view name)
{
    constexpr std::string_view localhost = "localhost";
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.size() < localhost.size() || !base::iequals(name.substr(name.size() - localhost.size()), localhost))
        return false;
    return name.size() == localhost.size() || name[name.size() - localhost.size() - 1] == '.';
}

/// Both loopback addresses, unless this machine has no IPv6 and the caller didn't insist on it.
LIBNET_DECL std::vector<asio::ip::address> loopback_addresses(const asio::any_io_executor& executor,
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

LIBNET_DECL std::optional<asio::ip::address> address_of(const ares_addrinfo_node& node)
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

LIBNET_DECL std::vector<asio::ip::address> addresses_of(const ares_addrinfo& info)
{
    std::vector<asio::ip::address> addresses;
    for (const auto* node = info.nodes; node && addresses.size() < max_addresses; node = node->ai_next) {
        const auto address = address_of(*node);
        if (address && std::ranges::find(addresses, *address) == addresses.end()) addresses.push_back(*address);
    }
    return addresses;
}

/// "192.0.2.1:53,[2001:db8::1]:53", as c-ares reads it.
LIBNET_DECL std::string server_list(const std::vector<asio::ip::udp::endpoint>& servers)
{
    std::string list;
    for (const auto& server : servers) {
        const std::string address = server.address().to_string();
        if (!list.empty()) list += ',';
        list += server.address().is_v6() ? '[' + address + ']' : address;
        list += ':' + std::to_string(server.port());
    }
    return list;
}

/// The addresses of this name.
struct NameQuestion {
    std::string name;
    AddressFamily family;
};

/// One call: what it asks, and where the answer will lie. Its coroutine owns it and everybody else knows it weakly, so
/// a call that was cancelled is simply gone when its answer comes.
struct Lookup {
    using Question = std::variant<NameQuestion, asio::ip::address>;

    Lookup(const asio::any_io_executor& executor, Question what)
        : question{std::move(what)},
          done{executor, asio::steady_timer::time_point::max()}
    {}
    void finish(int ares_status)
    {
        status = ares_status;
        finished = true;
        done.cancel();
    }

    Question question;
    asio::steady_timer done;  ///< never expires; cancelled when the lookup is finished
    bool finished = false;
    int status = ARES_EDESTRUCTION;
    std::vector<asio::ip::address> addresses;
    std::optional<std::string> name;
};

/// What the resolver and its pending calls share: the c-ares channel, its sockets and its timer.
///
/// c-ares calls back in the middle of its own work. Nothing of the caller's runs there: a callback only stores the
/// answer and cancels a timer, whose handler the io_context runs later.
class ResolverState : public std::enable_shared_from_this<ResolverState> {
public:
    ResolverState(asio::any_io_executor executor, const ResolverOptions& options);

    const asio::any_io_executor& executor() const { return executor_; }

    /// Asks, now or when its turn comes. Never calls back; may be finished on return.
    std::shared_ptr<Lookup> start(Lookup::Question question);

    /// Ends every lookup with `ARES_EDESTRUCTION`, at once and for ever.
    void close();

private:
    using Clock = std::chrono::steady_clock;

    /// One of c-ares' sockets. c-ares opens and closes it; Asio only watches it meanwhile.
    struct Socket {
        explicit Socket(const asio::any_io_executor& executor) : descriptor{executor} {}
        asio::posix::stream_descriptor descriptor;
        bool wanted[2] = {};   ///< c-ares waits for it to become readable, writable
        bool pending[2] = {};  ///< so do we
    };
    enum Direction { read, write };

    /// What c-ares hands back with an answer.
    struct Ticket {
        ResolverState& state;
        std::weak_ptr<Lookup> lookup;
    };
    struct Destroy {
        void operator()(ares_channel channel) const { ares_destroy(channel); }
    };

    static void on_socket_state(void* self, ares_socket_t fd, int readable, int writable);
    static void on_addresses(void* ticket, int status, int timeouts, ares_addrinfo* info);
    static void on_name(void* ticket, int status, int timeouts, hostent* host);

    void proceed();
    void ask(const std::shared_ptr<Lookup>& lookup);
    void watch(const std::shared_ptr<Socket>& socket, Direction direction);
    void on_ready(const std::shared_ptr<Socket>& socket, Direction direction);
    void arm_timer();
    void on_timer();

    asio::any_io_executor executor_;
    asio::steady_timer timer_;
    Clock::time_point armed_until_ = Clock::time_point::max();  ///< max: the timer doesn't run
    std::size_t max_in_flight_;
    std::size_t in_flight_ = 0;
    std::deque<std::weak_ptr<Lookup>> waiting_;
    std::unordered_map<ares_socket_t, std::shared_ptr<Socket>> sockets_;
    std::unique_ptr<std::remove_pointer_t<ares_channel>, Destroy> channel_;  // last: it calls back while it dies
};

LIBNET_DECL void check_ares(int status, const char* what)
{
    if (status == ARES_SUCCESS) return;
    throw ResolveError{status == ARES_ENOMEM ? asio::error::make_error_code(asio::error::no_memory)
                                             : asio::error::make_error_code(asio::error::no_recovery),
                       std::string{what} + ": " + ares_strerror(status)};
}

/// Once per process, whichever thread comes first. Never undone: other code in the process may use c-ares too.
LIBNET_DECL void initialise_ares()
{
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    check_ares(status, "resolver");
}

LIBNET_DECL ResolverState::ResolverState(asio::any_io_executor executor, const ResolverOptions& options)
    : executor_{std::move(executor)},
      timer_{executor_},
      max_in_flight_{std::max<std::size_t>(options.max_in_flight, 1)}
{
    initialise_ares();
    constexpr std::chrono::milliseconds shortest{1}, longest{std::chrono::hours{1}};
    ares_options ares{};
    ares.timeout = static_cast<int>(std::clamp(options.timeout, shortest, longest).count());
    ares.tries = static_cast<int>(std::clamp(options.tries, 1U, 10U));
    ares.sock_state_cb = &ResolverState::on_socket_state;
    ares.sock_state_cb_data = this;
    ares_channel channel = nullptr;
    check_ares(ares_init_options(&channel, &ares, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB),
               "resolver");
    channel_.reset(channel);
    if (options.servers.empty()) return;
    const std::string list = server_list(options.servers);
    check_ares(ares_set_servers_ports_csv(channel, list.c_str()), "resolver: name servers");
}

LIBNET_DECL std::shared_ptr<Lookup> ResolverState::start(Lookup::Question question)
{
    auto lookup = std::make_shared<Lookup>(executor_, std::move(question));
    if (!channel_) {
        lookup->finish(ARES_EDESTRUCTION);
        return lookup;
    }
    waiting_.push_back(lookup);
    proceed();
    return lookup;
}

LIBNET_DECL void ResolverState::close()
{
    for (const auto& waiting : std::exchange(waiting_, {}))
        if (const auto lookup = waiting.lock()) lookup->finish(ARES_EDESTRUCTION);
    channel_.reset();
    timer_.cancel();
}

/// After every step of c-ares: hands on what waits, and asks when it wants to be called again.
LIBNET_DECL void ResolverState::proceed()
{
    while (in_flight_ < max_in_flight_ && !waiting_.empty()) {
        const auto lookup = waiting_.front().lock();
        waiting_.pop_front();
        if (lookup) ask(lookup);
    }
    arm_timer();
}

LIBNET_DECL void ResolverState::ask(const std::shared_ptr<Lookup>& lookup)
{
    ++in_flight_;
    auto ticket = std::make_unique<Ticket>(Ticket{*this, lookup});
    if (const auto* question = std::get_if<NameQuestion>(&lookup->question)) {
        ares_addrinfo_hints hints{};
        hints.ai_family = question->family == AddressFamily::any    ? AF_UNSPEC
                          : question->family == AddressFamily::ipv4 ? AF_INET
                                                                    : AF_INET6;
        ares_getaddrinfo(channel_.get(), question->name.c_str(), nullptr, &hints, &on_addresses, ticket.release());
    } else if (const auto& address = std::get<asio::ip::address>(lookup->question); address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        ares_gethostbyaddr(channel_.get(), bytes.data(), bytes.size(), AF_INET, &on_name, ticket.release());
    } else {
        const auto bytes = address.to_v6().to_bytes();
        ares_gethostbyaddr(channel_.get(), bytes.data(), bytes.size(), AF_INET6, &on_name, ticket.release());
    }
}

LIBNET_DECL void ResolverState::on_addresses(void* ticket, int status, int, ares_addrinfo* info)
{
    const std::unique_ptr<Ticket> mine{static_cast<Ticket*>(ticket)};
    const std::unique_ptr<ares_addrinfo, void (*)(ares_addrinfo*)> answer{info, &ares_freeaddrinfo};
    --mine->state.in_flight_;
    const auto lookup = mine->lookup.lock();
    if (!lookup) return;
    if (status == ARES_SUCCESS && answer) lookup->addresses = addresses_of(*answer);
    lookup->finish(status == ARES_SUCCESS && lookup->addresses.empty() ? ARES_ENODATA : status);
}

LIBNET_DECL void ResolverState::on_name(void* ticket, int status, int, hostent* host)
{
    const std::unique_ptr<Ticket> mine{static_cast<Ticket*>(ticket)};
    --mine->state.in_flight_;
    const auto lookup = mine->lookup.lock();
    if (!lookup) return;
    if (status == ARES_SUCCESS && host && host->h_name && wire::is_host_name(host->h_name)) lookup->name = host->h_name;
    lookup->finish(status);
}

LIBNET_DECL void ResolverState::on_socket_state(void* self, ares_socket_t fd, int readable, int writable)
{
    auto& state = *static_cast<ResolverState*>(self);
    if (!readable && !writable) {
        const auto closing = state.sockets_.extract(fd);
        if (closing) closing.mapped()->descriptor.release();  // not close(): c-ares does that next
        return;
    }
    auto& socket = state.sockets_[fd];
    if (!socket) {
        socket = std::make_shared<Socket>(state.executor_);
        boost::system::error_code error;  // no exception may pass c-ares; a socket that can't be watched times out
        socket->descriptor.assign(fd, error);
    }
    socket->wanted[read] = readable != 0;
    socket->wanted[write] = writable != 0;
    state.watch(socket, read);
    state.watch(socket, write);
}

LIBNET_DECL void ResolverState::watch(const std::shared_ptr<Socket>& socket, Direction direction)
{
    if (!socket->wanted[direction] || socket->pending[direction] || !socket->descriptor.is_open()) return;
    socket->pending[direction] = true;
    const auto type =
        direction == read ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
    socket->descriptor.async_wait(
        type, [self = shared_from_this(), socket, direction](const boost::system::error_code& error) {
            socket->pending[direction] = false;
            if (!error) self->on_ready(socket, direction);
        });
}

LIBNET_DECL void ResolverState::on_ready(const std::shared_ptr<Socket>& socket, Direction direction)
{
    if (!socket->descriptor.is_open()) return;  // c-ares closed it after it became ready; the number may be another's
    const ares_socket_t fd = socket->descriptor.native_handle();
    if (socket->wanted[direction])
        ares_process_fd(channel_.get(), direction == read ? fd : ARES_SOCKET_BAD,
                        direction == write ? fd : ARES_SOCKET_BAD);
    watch(socket, direction);
    proceed();
}

LIBNET_DECL void ResolverState::arm_timer()
{
    timeval left{};
    if (!ares_timeout(channel_.get(), nullptr, &left)) {  // nothing to wait for: don't keep the io_context from ending
        armed_until_ = Clock::time_point::max();
        timer_.cancel();
        return;
    }
    // One millisecond more, so that c-ares finds the time to have come, and not a microsecond missing.
    const auto deadline = Clock::now() + std::chrono::seconds{left.tv_sec} + std::chrono::microseconds{left.tv_usec} +
                          std::chrono::milliseconds{1};
    if (armed_until_ <= deadline) return;  // it wakes us early, and we look again
    armed_until_ = deadline;
    timer_.expires_at(deadline);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->on_timer();
    });
}

LIBNET_DECL void ResolverState::on_timer()
{
    if (!channel_) return;
    armed_until_ = Clock::time_point::max();
    ares_process_fd(channel_.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    proceed();
}

LIBNET_DECL asio::awaitable<std::vector<asio::ip::address>> resolve(std::shared_ptr<ResolverState> state,
                                                                    std::string name, AddressFamily family)
{
    if (const auto literal = literal_address(name)) {
        if (!in_family(*literal, family)) throw no_such_address(name, family);
        co_return std::vector{*literal};
    }
    if (!wire::is_host_name(name)) throw not_a_host_name(name);

    if (is_localhost(name)) co_return loopback_addresses(state->executor(), family);

    const auto lookup = state->start(NameQuestion{name, family});
    if (!lookup->finished) co_await lookup->done.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!lookup->finished || lookup->status == ARES_EDESTRUCTION) throw resolve_aborted();
    if (lookup->status != ARES_SUCCESS) throw resolve_error(lookup->status, name, family);
    co_return std::move(lookup->addresses);
}

LIBNET_DECL asio::awaitable<std::optional<std::string>> name_of(std::shared_ptr<ResolverState> state,
                                                                asio::ip::address address)
{
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());

    const auto lookup = state->start(address);
    if (!lookup->finished) co_await lookup->done.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!lookup->finished || lookup->status == ARES_EDESTRUCTION) throw resolve_aborted();
    co_return std::move(lookup->name);
}

}  // namespace libnet::io::detail

namespace libnet::io {

LIBNET_DECL Resolver::Resolver(asio::any_io_executor executor, ResolverOptions options)
    : state_{std::make_shared<detail::ResolverState>(std::move(executor), options)}
{}

LIBNET_DECL Resolver::~Resolver() { state_->close(); }

LIBNET_DECL asio::awaitable<std::vector<asio::ip::address>> Resolver::resolve(std::string name, AddressFamily family)
{
    return detail::resolve(state_, std::move(name), family);
}

LIBNET_DECL asio::awaitable<std::optional<std::string>> Resolver::name_of(asio::ip::address address)
{
    return detail::name_of(state_, address);
}

}  // namespace libnet::io
