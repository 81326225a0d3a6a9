#pragma once
// Bodies of libnet/impl/daemon/daemon_life.hpp: begin, stop, end.

#include <libnet/impl/daemon/daemon_life.hpp>
#include <libnet/io/loop/held_signals.hpp>
#include <libnet/io/loop/on_signal.hpp>
#include <libnet/io/loop/reason_of.hpp>
#include <libnet/run_until_stopped.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL DaemonLife::DaemonLife(DaemonOptions options, bool defer_accept)
    : options_{std::move(options)},
      say_{options_.diagnostics ? options_.diagnostics
                                : [this](DiagnosticLevel level, std::string_view text) { say(level, text); }},
      parts_{set_up_daemon(options_, defer_accept, say_)}
{
    if (!options_.diagnostics) log_of_its_own_ = std::make_unique<DiagnosticsLog>(DiagnosticsForm::text);
    if (options_.page && options_.admin) traffic_ = std::make_shared<TrafficWatch>();
    if (options_.on_settled) options_.on_settled();
}

/// Where nothing else takes what it says: the log of its own starts a thread, and isn't there before all rights are given up.
LIBNETXX_DECL void DaemonLife::say(DiagnosticLevel level, std::string_view text)
{
    if (log_of_its_own_) return log_of_its_own_->tell(level, options_.name, text);
    const auto line = diagnostics_line(DiagnosticsForm::text, is_in_journal(), level, options_.name, text);
    std::fwrite(line.data(), 1, line.size(), stderr);
}

LIBNETXX_DECL ServerSurroundings DaemonLife::surroundings() const
{
    const auto tell = [say = say_](DiagnosticLevel level, std::string_view text) { say.tell(level, text); };
    return {.diagnostics = tell, .drain = options_.drain, .traffic = traffic_};
}

/// What it has left running may live as long as the io_context does: it must not go on.
struct DaemonLife::End {
    DaemonLife& life;
    explicit End(DaemonLife& of) : life{of} {}
    ~End() { life.end(); }
    End(const End&) = delete;
    End& operator=(const End&) = delete;
};

LIBNETXX_DECL int DaemonLife::run(Self self)
{
    self->has_signals_ = true;
    const int exit_code = run_until_stopped(serve_with_signals(self));
    for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT}) std::signal(signal, SIG_IGN);  // it ends already
    return exit_code;
}

LIBNETXX_DECL asio::awaitable<int> DaemonLife::serve_with_signals(Self self)
{
    const auto executor = co_await asio::this_coro::executor;
    DaemonLife* const life = self.get();
    const io::OnSignal reopens{executor, SIGUSR1, [life] { life->reopen_logs(); }};
    const io::OnSignal reloads{executor, SIGHUP, [life] { life->reload(); }};
    const io::OnSignal quits{executor, SIGQUIT, [] { std::raise(SIGTERM); }};
    const io::OnSignal upgrades{executor, SIGUSR2, [life] { life->upgrade(); }};
    const io::HoldSignalsAtEnd hold_at_end;
    auto serving = serve(self);
    co_await std::move(serving);
    co_return 0;
}

LIBNETXX_DECL asio::awaitable<void> DaemonLife::serve(Self self)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    constexpr auto none = asio::cancellation_type::none, terminal = asio::cancellation_type::terminal;
    const auto filter = asio::enable_total_cancellation{};
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::this_coro::reset_cancellation_state(filter);
    const auto executor = co_await asio::this_coro::executor;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (self->executor_) throw boost::system::system_error{asio::error::already_started, "the daemon serves already"};
    self->executor_ = executor;
    const End on_exit{*self};
    const auto news = self->timer();  // never expires: is cancelled when there is something new
    self->begin();
    self->start_service(news);
    auto told = none;
    while (!self->ended_) {
        co_await news->async_wait(token);
        const bool at_once = (state.cancelled() & terminal) != none;
        const auto how = at_once ? terminal : state.cancelled();
        if (how == none || how == told) continue;
        told = how;
        self->stop(how);
    }
    if (self->failure_) std::rethrow_exception(self->failure_);
}

/// Serves, says so, and looks after itself from now on.
LIBNETXX_DECL void DaemonLife::begin()
{
    open_admin();
    announce();
    io::tell_ready(parts_.inheritance);
    service_->take_over();
    parts_.admin_sockets.take_over();
    notifier_.ready();
    const auto self = shared_from_this();
    if (notifier_ && ServiceNotifier::watchdog_period().count() > 0)
        asio::co_spawn(*executor_, tell_alive(self), asio::detached);
    if (options_.max_memory > 0)
        asio::co_spawn(*executor_, watch_memory(self), [self](const std::exception_ptr& failure) {
            if (failure) self->end_memory_watch();
        });
}

/// Runs the service; `news` is cancelled when it has ended.
LIBNETXX_DECL void DaemonLife::start_service(const Timer& news)
{
    const auto on_end = [self = shared_from_this(), news](const std::exception_ptr& thrown) {
        self->failure_ = thrown;
        self->ended_ = true;
        news->cancel();
    };
    asio::co_spawn(*executor_, service_->run(), asio::bind_cancellation_slot(stop_.slot(), on_end));
    if (stop_wanted_ != asio::cancellation_type::none) pass_on_stop();  // before it began
}

/// A coroutine that was spawned just now can be cancelled by `terminal` alone until it has begun.
LIBNETXX_DECL void DaemonLife::pass_on_stop()
{
    asio::post(*executor_, [self = shared_from_this()] { self->stop_.emit(self->stop_wanted_); });
}

LIBNETXX_DECL void DaemonLife::end() noexcept
{
    ended_ = true;
    close_admin();
    if (const auto successor = successor_.lock()) successor->give_up();
    for (const auto& waiting : timers_)
        if (const auto timer = waiting.lock()) timer->cancel();
}

/// One that `end` cancels, and that expires when it is told to.
LIBNETXX_DECL DaemonLife::Timer DaemonLife::timer()
{
    auto timer = std::make_shared<asio::steady_timer>(*executor_, asio::steady_timer::time_point::max());
    std::erase_if(timers_, [](const auto& other) { return other.expired(); });
    timers_.push_back(timer);
    return timer;
}

LIBNETXX_DECL void DaemonLife::stop(asio::cancellation_type how)
{
    if (how == asio::cancellation_type::none || ended_) return;
    if (!std::exchange(stopping_, true)) {
        if (admin_) admin_->drain();
        if (page_) page_->drain();
        const std::string after = has_signals_ ? "; a second signal stops at once" : "";
        report("stopping once the requests under way are answered" + after);
        if (!retired_) notifier_.stopping();  // else another process is the service
    }
    stop_wanted_ = how;
    if (executor_) pass_on_stop();
}

LIBNETXX_DECL void DaemonLife::stop() noexcept
try {
    if (!is_serving()) return;
    stop_wanted_ = asio::cancellation_type::terminal;
    pass_on_stop();
} catch (const std::exception&) {
    // There is no memory for that: its io_context ends it.
}

/// "httpd++: serving public on 127.0.0.1:8080, http://127.0.0.1:8080/": a line for each place.
LIBNETXX_DECL void DaemonLife::announce() const
{
    for (const auto& place : places()) {
        const auto line = what_at(place, options_.what, service_->has_certificate()) + " on " + io::to_text(place) +
                          shown_url(place, options_.scheme);
        report(line);
        notifier_.status(line);
    }
    if (admin_) report("for administrators on " + io::to_text(parts_.admin_sockets.places().front()));
}

LIBNETXX_DECL asio::awaitable<ServerCounts> DaemonLife::counts_of(Self self)
{
    if (!self) throw boost::system::system_error{asio::error::operation_aborted, "the servers end"};
    auto counting = self->service_->counts();
    co_return co_await std::move(counting);
}

LIBNETXX_DECL asio::awaitable<ServerNow> DaemonLife::now_of(Self self, std::size_t most_connections)
{
    if (!self) throw boost::system::system_error{asio::error::operation_aborted, "the servers end"};
    auto asking = self->service_->now(most_connections);
    co_return co_await std::move(asking);
}

/// The admin endpoint, for operators and their monitoring. It answers as long as this process has the sockets.
LIBNETXX_DECL void DaemonLife::open_admin()
{
    if (parts_.admin_sockets.empty()) return;
    const std::weak_ptr<DaemonLife> weak = weak_from_this();
    ServerAdminOptions admin{.name = options_.name.substr(0, options_.name.find('+')), .threads = options_.threads};
    admin.counts = [weak] { return counts_of(weak.lock()); };
    admin.now = [weak] { return now_of(weak.lock(), 0); };  // it tells of none
    if (parts_.log) admin.dropped_log_lines = [log = parts_.log.get()] { return log->dropped(); };
    admin.diagnostics = [say = say_](DiagnosticLevel level, std::string_view text) { say.tell(level, text); };
    if (traffic_) admin.mount = [this](HttpEndpoint& endpoint) { mount_page(endpoint); };
    auto sockets = parts_.admin_sockets.of_thread(0, 1);
    asio::ip::tcp::acceptor listener{*executor_};
    listener.assign(asio::ip::tcp::v4(), sockets.front().get());
    sockets.front().release();
    admin_.emplace(*executor_, std::move(admin), std::move(listener));
    asio::co_spawn(*executor_, admin_->run(), asio::detached);
}

LIBNETXX_DECL void DaemonLife::mount_page(HttpEndpoint& endpoint)
{
    const std::weak_ptr<DaemonLife> weak = weak_from_this();
    page_ = TrafficPage::open(*executor_, options_.name, traffic_);
    page_->counts = [weak] { return counts_of(weak.lock()); };
    page_->now = [weak] { return now_of(weak.lock(), ServerNow::most_connections); };
    options_.page(endpoint, TrafficPage::source(page_));
    asio::co_spawn(*executor_, TrafficPage::run(page_), asio::detached);
}

LIBNETXX_DECL void DaemonLife::close_admin() noexcept
{
    if (page_) page_->close();
    page_.reset();  // its timer must not outlive the io_context
    admin_.reset();
}

LIBNETXX_DECL void DaemonLife::reopen_logs()
{
    if (parts_.log) parts_.log->reopen();
    if (options_.reopen_logs) options_.reopen_logs();
}

LIBNETXX_DECL void DaemonLife::replace(AccessLogFormat format)
{
    if (parts_.log) parts_.log->replace(std::move(format));
}

}  // namespace libnet::inline v0::detail
