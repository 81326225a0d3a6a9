#pragma once
// What a daemon runs, as its life sees it; and the servers of a group, seen so.

#include <libnet/access_record.hpp>
#include <libnet/base/diagnostics.hpp>
#include <libnet/impl/daemon/spoken_places.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/server_counters.hpp>
#include <libnet/server_group.hpp>
#include <libnet/server_now.hpp>
#include <libnet/traffic_watch.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

/// Servers that run until they are cancelled. Its functions are for one thread, on the executor of `run`.
class DaemonService {
public:
    DaemonService() = default;
    virtual ~DaemonService() = default;
    DaemonService(const DaemonService&) = delete;
    DaemonService& operator=(const DaemonService&) = delete;

    /// To its end, which a cancellation brings; as ServerGroup::run.
    virtual boost::asio::awaitable<void> run() = 0;

    virtual const std::vector<io::ListenPlace>& places() const = 0;  ///< with the ports that the kernel chose
    virtual const io::ListeningSockets& sockets() const = 0;         ///< for a process that is to go on with them
    virtual bool has_certificate() const = 0;                        ///< it had one when it was made
    virtual void take_over() = 0;                                    ///< as ServerGroup::take_over
    virtual void retire() = 0;                                       ///< as ServerGroup::retire
    virtual void hold_connections(bool held) = 0;                    ///< as ServerGroup::hold_connections
    virtual boost::asio::awaitable<ServerCounts> counts() = 0;       ///< as ServerGroup::counts
    virtual boost::asio::awaitable<ServerNow> now(std::size_t most_connections) = 0;  ///< as ServerGroup::now
};

/// Servers of several threads and places are made of the same options, and complain of the same file: once is enough.
class ToldOnce {
public:
    /// Whether it is to be told.
    bool is_new(std::string_view text)
    {
        if (!text.starts_with("hashes of files are not kept: ")) return true;
        const std::lock_guard alone{mutex_};
        return std::exchange(told_, text) != text;
    }

private:
    std::mutex mutex_;
    std::string told_;
};

/// What every server of a daemon gets, whenever it is made.
struct ServerSurroundings {
    DiagnosticsHandler diagnostics{};                  ///< of servers that have none of their own
    std::optional<std::chrono::milliseconds> drain{};  ///< see DaemonOptions::drain
    std::shared_ptr<TrafficWatch> traffic{};           ///< is told of each request; null: there is none
};

/// Puts it into the options of a server.
template <typename Options>
void surround(Options& options, const ServerSurroundings& surroundings)
{
    if constexpr (requires { options.drain_timeout; })
        if (surroundings.drain) options.drain_timeout = *surroundings.drain;
    if constexpr (requires { options.diagnostics; })
        if (!options.diagnostics && surroundings.diagnostics)
            options.diagnostics = [tell = surroundings.diagnostics, told = std::make_shared<ToldOnce>()](
                                      DiagnosticLevel level, std::string_view text) {
                if (told->is_new(text)) tell(level, text);
            };
    if constexpr (requires { options.on_access; })
        if (surroundings.traffic)
            options.on_access = [traffic = surroundings.traffic,
                                 also = std::move(options.on_access)](const AccessRecord& record) {
                traffic->record(record);
                if (also) also(record);
            };
}

/// A ServerGroup.
template <typename Server>
class GroupService final : public DaemonService {
public:
    template <typename Options>
    GroupService(Options options, ServerSurroundings surroundings, const ServerGroupOptions& group,
                 io::ListeningSockets sockets)
        : surroundings_{std::move(surroundings)},
          has_certificate_{detail::has_certificate(options)},
          group_{prepared(std::move(options), sockets.places()), group, std::move(sockets)}
    {}

    /// As ServerGroup::replace.
    template <typename Options>
    boost::asio::awaitable<void> replace(Options options)
    {
        return group_.replace(prepared(std::move(options), group_.places()));
    }

    /// As ServerGroup::for_each.
    boost::asio::awaitable<void> for_each(std::function<void(Server&)> work)
    {
        return group_.for_each(std::move(work));
    }

    boost::asio::awaitable<void> run() override { return group_.run(); }
    const std::vector<io::ListenPlace>& places() const override { return group_.places(); }
    const io::ListeningSockets& sockets() const override { return group_.sockets(); }
    bool has_certificate() const override { return has_certificate_; }
    void take_over() override { group_.take_over(); }
    void retire() override { group_.retire(); }
    void hold_connections(bool held) override { group_.hold_connections(held); }
    boost::asio::awaitable<ServerCounts> counts() override { return group_.counts(); }
    boost::asio::awaitable<ServerNow> now(std::size_t most_connections) override
    {
        return group_.now(most_connections);
    }

private:
    template <typename Options>
    OptionsByPlace<Options> prepared(Options options, const std::vector<io::ListenPlace>& places) const
    {
        surround(options, surroundings_);
        return by_place(std::move(options), places);
    }

    const ServerSurroundings surroundings_;
    const bool has_certificate_;
    ServerGroup<Server> group_;
};

}  // namespace libnet::inline v0::detail
