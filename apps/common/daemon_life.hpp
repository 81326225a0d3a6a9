#pragma once
// What happens to a daemon between its start and its end: signals, and what the service manager wants to know.

#include <apps/common/admin_page.hpp>
#include <apps/common/daemon_options.hpp>
#include <apps/common/held_signals.hpp>
#include <apps/common/on_signal.hpp>
#include <apps/common/output.hpp>
#include <apps/common/spoken_places.hpp>
#include <libnet/access_log.hpp>
#include <libnet/executor.hpp>
#include <libnet/io/http/process_metrics.hpp>
#include <libnet/io/loop/give_memory_back.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/io/tcp/inherited_sockets.hpp>
#include <libnet/server_admin.hpp>
#include <libnet/server_group.hpp>
#include <libnet/service_notifier.hpp>
#include <libnet/successor.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

/// What a daemon can do beside serving.
template <typename Server>
struct DaemonHooks {
    /// Reads the configuration again and has the group serve by it; throws what is wrong with it, and then nothing has
    /// changed. Empty: SIGHUP does nothing.
    std::function<asio::awaitable<void>(ServerGroup<Server>&, AccessLog*)> reload{};

    /// Opens other logs again, at SIGUSR1; empty: there are none.
    std::function<void()> reopen{};

    /// The command line, by which a successor is started at SIGUSR2; empty: the signal does nothing.
    std::vector<std::string> arguments{};
};

/// A daemon that serves.
template <typename Server>
class DaemonLife {
public:
    DaemonLife(std::string program, std::string what, const DaemonOptions& daemon, ServerGroup<Server>& group,
               AccessLog* log, io::ListeningSockets admin_sockets, DaemonHooks<Server> hooks)
        : program_{std::move(program)},
          what_{std::move(what)},
          scheme_{daemon.scheme},
          max_memory_{daemon.max_memory},
          has_certificate_{daemon.has_certificate},
          threads_{daemon.threads},
          traffic_{daemon.traffic},
          page_names_{daemon.page_names},
          group_{group},
          log_{log},
          admin_sockets_{std::move(admin_sockets)},
          hooks_{std::move(hooks)}
    {}

    /// Serves to its end, which a signal brings. Completes with the exit code, 0. Once the signals are waited for it says
    /// where it listens, and tells who waits for that.
    asio::awaitable<int> run(io::Inheritance& inheritance) &
    {
        const auto executor = co_await asio::this_coro::executor;
        std::optional<OnSignal> reopens, reloads, quits, upgrades;
        reopens.emplace(executor, SIGUSR1, [this] {
            if (log_ != nullptr) log_->reopen();
            if (hooks_.reopen) hooks_.reopen();
        });
        reloads.emplace(executor, SIGHUP, [this, executor] { on_reload(executor); });
        quits.emplace(executor, SIGQUIT, [] { std::raise(SIGTERM); });
        upgrades.emplace(executor, SIGUSR2, [this, executor] { on_upgrade(executor); });
        const HoldSignalsAtEnd hold_at_end;
        open_admin(*executor.template target<Executor>());
        const CloseAdmin on_exit{*this};
        release_signals();
        announce();
        io::tell_ready(inheritance);
        group_.take_over();
        admin_sockets_.take_over();
        notifier_.ready();
        if (notifier_ && ServiceNotifier::watchdog_period().count() > 0)
            asio::co_spawn(executor, watch(), asio::detached);
        if (max_memory_ > 0)
            asio::co_spawn(executor, watch_memory(), [this](const std::exception_ptr& failure) {
                if (failure) end_memory_watch();
            });
        co_await group_.run();
        co_return 0;
    }

    /// At the first signal that ends it.
    void on_stop()
    {
        if (admin_) admin_->drain();
        if (page_) page_->drain();
        report(program_, "stopping once the requests in hand are answered; a second signal stops at once");
        stopping_ = true;
        if (!retired_) notifier_.stopping();  // else another process is the service
    }

private:
    /// "httpd++: serving public on 127.0.0.1:8080, http://127.0.0.1:8080/": a line for each place.
    void announce() const
    {
        for (const auto& place : group_.places()) {
            const auto line = fmt::format("{} on {}{}", what_at(place, what_, has_certificate_), io::to_text(place),
                                          shown_url(place));
            report(program_, line);
            notifier_.status(line);
        }
        if (admin_)
            report(program_, fmt::format("for administrators on {}", io::to_text(admin_sockets_.places().front())));
    }

    /// The io_context, which is the caller's of `run`, doesn't outlive this object.
    struct CloseAdmin {
        DaemonLife& life;
        ~CloseAdmin() { life.close_admin(); }
    };

    void close_admin()
    {
        if (page_) page_->close();
        admin_.reset();
    }

    /// For those who look after it. It answers as long as this process has the sockets.
    void open_admin(const Executor& executor)
    {
        if (admin_sockets_.empty()) return;
        ServerAdminOptions options{.name = program_.substr(0, program_.find('+')), .threads = threads_};
        options.counts = [this] { return group_.counts(); };
        options.now = [this] { return group_.now(); };
        if (log_ != nullptr) options.dropped_log_lines = [this] { return log_->dropped(); };
        options.diagnostics = [this](DiagnosticLevel level, std::string_view text) { complain(program_, text, level); };
        options.mount = [this, executor](HttpEndpoint& endpoint) {
            if (!traffic_) return;
            page_ = AdminPage::open(executor, program_, traffic_);
            page_->counts = [this] { return group_.counts(); };
            page_->now = [this] { return group_.now(); };
            mount_live_page(endpoint, "admin", AdminPage::source(page_), page_hosts(page_names_));
            asio::co_spawn(executor, AdminPage::run(page_), asio::detached);
        };
        auto sockets = admin_sockets_.of_thread(0, 1);
        asio::ip::tcp::acceptor listener{executor};
        listener.assign(asio::ip::tcp::v4(), sockets.front().get());
        sockets.front().release();
        admin_.emplace(executor, std::move(options), std::move(listener));
        asio::co_spawn(executor, admin_->run(), asio::detached);
    }

    /// Where a browser on this machine finds it.
    std::string shown_url(const io::ListenPlace& place) const
    {
        const auto scheme = scheme_at(place, scheme_);
        if (scheme.empty() || place.is_unix()) return {};
        const auto& endpoint = place.endpoint;
        if (!endpoint.address().is_unspecified()) return fmt::format(", {}://{}/", scheme, io::to_text(endpoint));
        return fmt::format(", {}://localhost:{}/", scheme, endpoint.port());
    }

    void on_reload(const asio::any_io_executor& executor)
    {
        if (!hooks_.reload) return;
        if (stopping_) return complain(program_, "not reloaded: it ends already");
        if (retired_) return complain(program_, "not reloaded: another process serves in its place");
        if (std::exchange(reload_wanted_, true)) return;  // the one that is under way begins again
        asio::co_spawn(executor, reload(), asio::detached);
    }

    /// A signal that comes while it reloads may be about what has been read already: then it is read once more.
    asio::awaitable<void> reload()
    {
        if (reloading_) co_return;
        reloading_ = true;
        while (std::exchange(reload_wanted_, false) && !stopping_) {
            notifier_.reloading();
            try {
                auto reloaded = hooks_.reload(group_, log_);
                co_await std::move(reloaded);
                report(program_, "reloaded");
            } catch (const std::exception& error) {
                complain(program_, fmt::format("not reloaded: {}; nothing has changed", reason_of(error)));
            }
            if (!retired_ && !stopping_) notifier_.ready();
        }
        reloading_ = false;
    }

    void on_upgrade(const asio::any_io_executor& executor)
    {
        if (hooks_.arguments.empty()) return;
        if (stopping_) return complain(program_, "not upgraded: it ends already");
        if (retired_) return complain(program_, "not upgraded: another process serves in its place");
        if (std::exchange(upgrading_, true)) return;  // the one that is under way has the newest program, too
        asio::co_spawn(executor, upgrade(), [this](std::exception_ptr) { upgrading_ = false; });
    }

    asio::awaitable<void> upgrade()
    {
        constexpr std::chrono::seconds patience{60};
        const auto executor = co_await asio::this_coro::executor;
        try {
            auto sockets = group_.sockets().opened();
            const auto given = group_.sockets().given();
            if (sockets.empty() && given.empty()) co_return;  // it stops already
            for (const int socket : admin_sockets_.opened()) sockets.push_back(socket);
            const auto successor = std::make_unique<Successor>(executor, hooks_.arguments, sockets, given);
            report(program_, fmt::format("upgrading: process {} starts", successor->pid()));
            auto waiting = successor->serves(patience);
            const bool serves = co_await std::move(waiting);
            if (!serves) {
                complain(program_, fmt::format("not upgraded: process {} has not begun to serve; this one goes on",
                                               successor->pid()));
                co_return;
            }
            if (stopping_) {  // the service ends, and so must the process that would go on
                ::kill(successor->pid(), SIGTERM);
                co_return;
            }
            report(program_, fmt::format("upgraded: process {} serves; this one ends with its last connection",
                                         successor->pid()));
            notifier_.main_process(successor->pid());
            retired_ = true;
            close_admin();
            admin_sockets_.hand_over();
            admin_sockets_.close();
            group_.retire();
        } catch (const std::exception& error) {
            complain(program_, fmt::format("not upgraded: {}; this process goes on", reason_of(error)));
        }
    }

    /// Looks now and then whether the process is larger than it may be.
    asio::awaitable<void> watch_memory()
    {
        constexpr std::chrono::milliseconds often{250};
        const auto executor = co_await asio::this_coro::executor;
        asio::steady_timer timer{executor};
        for (;;) {
            try {
                look_at_memory();
            } catch (const std::exception&) {
                // Memory has run out even for that: the next look may find some.
            }
            timer.expires_after(often);
            co_await timer.async_wait(asio::use_awaitable);
        }
    }

    /// While memory is short, idle connections and caches go, and new connections wait until the others have ended.
    void look_at_memory()
    {
        const auto resident = io::detail::resident_memory();
        const bool was_short = memory_is_short_;
        const bool is_short = resident > (was_short ? max_memory_ / 10 * 9 : max_memory_);
        if (is_short) io::give_memory_back();
        memory_is_short_ = is_short;
        if (is_short || was_short) group_.hold_connections(is_short);
        if (is_short != was_short)
            complain(program_,
                     fmt::format("{} of {} bytes of --max-memory are in use: {}", resident, max_memory_,
                                 is_short ? "idle connections are closed, caches are emptied, and new connections wait "
                                            "until the others have ended"
                                          : "new connections are accepted again"),
                     is_short ? DiagnosticLevel::warning : DiagnosticLevel::info);
    }

    /// It can't go on looking, and must not leave clients waiting.
    void end_memory_watch() noexcept
    try {
        group_.hold_connections(false);
        complain(program_, "memory has run out: --max-memory is not looked at any more: restart it");
    } catch (const std::exception&) {
        // Connections are accepted again all the same.
    }

    /// Tells that it is alive as long as every thread answers.
    asio::awaitable<void> watch()
    {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        const auto executor = co_await asio::this_coro::executor;
        asio::steady_timer timer{executor};
        const auto pause = ServiceNotifier::watchdog_period() / 2;
        for (;;) {
            auto counting = group_.counts();
            co_await std::move(counting);
            if (retired_) co_return;  // another process is the service
            notifier_.alive();
            timer.expires_after(pause);
            co_await timer.async_wait(token);
        }
    }

    const std::string program_, what_, scheme_;
    const std::uint64_t max_memory_;
    const bool has_certificate_;
    const unsigned threads_;
    const std::shared_ptr<TrafficWatch> traffic_;  // null: there is no page
    const std::vector<std::string> page_names_;
    ServerGroup<Server>& group_;
    AccessLog* const log_;
    io::ListeningSockets admin_sockets_;
    std::optional<ServerAdmin> admin_;
    std::shared_ptr<AdminPage> page_{};  // null: there is none
    const DaemonHooks<Server> hooks_;
    const ServiceNotifier notifier_;
    bool reload_wanted_ = false, reloading_ = false, upgrading_ = false;
    bool retired_ = false;   // another process has the sockets
    bool stopping_ = false;  // a signal has ended it
    bool memory_is_short_ = false;
};

}  // namespace libnet::apps
