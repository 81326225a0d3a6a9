#pragma once
// What happens to a daemon between its start and its end, whatever it serves: signals, reloads, upgrades, memory, and what the
// service manager wants to know.

#include <libnet/base/diagnostics.hpp>
#include <libnet/config.hpp>
#include <libnet/daemon_options.hpp>
#include <libnet/diagnostics_log.hpp>
#include <libnet/impl/daemon/daemon_service.hpp>
#include <libnet/impl/daemon/daemon_setup.hpp>
#include <libnet/impl/daemon/traffic_page.hpp>
#include <libnet/server_admin.hpp>
#include <libnet/service_notifier.hpp>
#include <libnet/successor.hpp>
#include <libnet/traffic_watch.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

/// Shared with its coroutines. Made in one thread, and used there, or where `serve` runs.
class DaemonLife : public std::enable_shared_from_this<DaemonLife> {
public:
    using Self = std::shared_ptr<DaemonLife>;

    /// Opens everything, and becomes who it will be. Throws as `set_up_daemon`.
    DaemonLife(DaemonOptions options, bool defer_accept);

    /// For the constructor of the service, which `attach` takes.
    ServerSurroundings surroundings() const;
    ServerGroupOptions group_options() const { return {.threads = options_.threads, .access_log = parts_.log.get()}; }
    io::ListeningSockets take_sockets() { return std::move(parts_.sockets); }
    void attach(std::unique_ptr<DaemonService> service) { service_ = std::move(service); }

    const std::vector<ListenPlace>& places() const { return service_->places(); }
    std::vector<ListenPlace> admin_places() const { return parts_.admin_sockets.places(); }

    /// Reads the configuration again and has the service serve by it; throws what is wrong with it, and then nothing has changed.
    void on_reload(std::function<asio::awaitable<void>()> reload) { reload_ = std::move(reload); }

    static int run(Self self);                      ///< as Daemon::run
    static asio::awaitable<void> serve(Self self);  ///< as Daemon::serve
    void stop(asio::cancellation_type how);         ///< as Daemon::stop
    void stop() noexcept;                           ///< its owner goes
    void reload();                                  ///< as Daemon::reload
    void reopen_logs();                             ///< as Daemon::reopen_logs
    void upgrade();                                 ///< as Daemon::upgrade
    void replace(AccessLogFormat format);           ///< as Daemon::replace_log_format

private:
    using Timer = std::shared_ptr<asio::steady_timer>;
    struct End;

    static asio::awaitable<int> serve_with_signals(Self self);
    static asio::awaitable<void> reload_until_done(Self self);
    static asio::awaitable<void> become_another(Self self);
    static asio::awaitable<void> watch_memory(Self self);
    static asio::awaitable<void> tell_alive(Self self);
    static asio::awaitable<ServerCounts> counts_of(Self self);
    static asio::awaitable<ServerNow> now_of(Self self, std::size_t most_connections);

    void say(DiagnosticLevel level, std::string_view text);
    void begin();
    void start_service(const Timer& news);
    void pass_on_stop();
    void end() noexcept;
    void announce() const;
    void open_admin();
    void mount_page(io::HttpEndpoint& endpoint);
    void close_admin() noexcept;
    void hand_over(pid_t successor);
    void look_at_memory();
    void end_memory_watch() noexcept;
    Timer timer();

    bool is_serving() const noexcept { return executor_.has_value() && !ended_; }
    void complain(std::string_view text, DiagnosticLevel level = DiagnosticLevel::error) const
    {
        say_.tell(level, text);
    }
    void report(std::string_view text) const { say_.tell(DiagnosticLevel::info, text); }

    DaemonOptions options_;
    std::unique_ptr<DiagnosticsLog> log_of_its_own_{};  // null: it has another place for what it says
    base::Diagnostics say_;
    std::shared_ptr<TrafficWatch> traffic_{};  // null: there is no page
    DaemonParts parts_;
    std::unique_ptr<DaemonService> service_{};
    std::function<asio::awaitable<void>()> reload_{};
    const ServiceNotifier notifier_{};

    asio::cancellation_signal stop_;
    asio::cancellation_type stop_wanted_ = asio::cancellation_type::none;
    std::optional<asio::any_io_executor> executor_{};          // once it serves
    std::vector<std::weak_ptr<asio::steady_timer>> timers_{};  // what waits, to be cancelled at the end
    std::weak_ptr<Successor> successor_{};
    std::optional<ServerAdmin> admin_{};
    std::shared_ptr<TrafficPage> page_{};  // null: there is none
    std::exception_ptr failure_{};
    bool has_signals_ = false;
    bool reload_wanted_ = false, reloading_ = false, upgrading_ = false;
    bool retired_ = false;   // another process has the sockets
    bool stopping_ = false;  // it was told to end
    bool ended_ = false;     // the service has ended
    bool memory_is_short_ = false;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/daemon/daemon_life.ipp>
#endif
