#pragma once
// Bodies of libnet/impl/daemon/daemon_life.hpp: what changes while it serves, and what it looks after.

#include <libnet/impl/daemon/daemon_life.hpp>
#include <libnet/io/loop/give_memory_back.hpp>
#include <libnet/io/loop/reason_of.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL void DaemonLife::reload()
{
    if (!reload_ || !is_serving()) return;
    if (stopping_) return complain("not reloaded: it ends already");
    if (retired_) return complain("not reloaded: another process serves in its place");
    if (std::exchange(reload_wanted_, true)) return;  // the one that is under way begins again
    asio::co_spawn(*executor_, reload_until_done(shared_from_this()), asio::detached);
}

/// A wish that comes while it reloads may be about what has been read already: then it is read once more.
LIBNETXX_DECL asio::awaitable<void> DaemonLife::reload_until_done(Self self)
{
    if (self->reloading_) co_return;
    self->reloading_ = true;
    while (std::exchange(self->reload_wanted_, false) && !self->stopping_ && !self->ended_) {
        self->notifier_.reloading();
        try {
            auto reloaded = self->reload_();
            co_await std::move(reloaded);
            self->report("reloaded");
        } catch (const std::exception& error) {
            if (self->ended_) co_return;  // the servers have not answered any more
            self->complain("not reloaded: " + io::reason_of(error) + "; nothing has changed");
        }
        if (!self->retired_ && !self->stopping_) self->notifier_.ready();
    }
    self->reloading_ = false;
}

LIBNETXX_DECL void DaemonLife::upgrade()
{
    if (options_.arguments.empty() || !is_serving()) return;
    if (stopping_) return complain("not upgraded: it ends already");
    if (retired_) return complain("not upgraded: another process serves in its place");
    if (std::exchange(upgrading_, true)) return;  // the one that is under way has the newest program, too
    const auto self = shared_from_this();
    asio::co_spawn(*executor_, become_another(self), [self](const std::exception_ptr&) { self->upgrading_ = false; });
}

LIBNETXX_DECL asio::awaitable<void> DaemonLife::become_another(Self self)
{
    constexpr std::chrono::seconds patience{60};
    try {
        auto sockets = self->service_->sockets().opened();
        const auto given = self->service_->sockets().given();
        if (sockets.empty() && given.empty()) co_return;  // it stops already
        for (const int socket : self->parts_.admin_sockets.opened()) sockets.push_back(socket);
        const auto successor = std::make_shared<Successor>(*self->executor_, self->options_.arguments, sockets, given);
        self->successor_ = successor;
        const auto process = "process " + std::to_string(successor->pid());
        self->report("upgrading: " + process + " starts");
        auto waiting = successor->serves(patience);
        const bool serves = co_await std::move(waiting);
        if (!serves && self->ended_) co_return;
        if (!serves) {
            self->complain("not upgraded: " + process + " has not begun to serve; this one goes on");
            co_return;
        }
        if (self->stopping_) {  // the service ends, and so must the process that would go on
            ::kill(successor->pid(), SIGTERM);
            co_return;
        }
        self->report("upgraded: " + process + " serves; this one ends with its last connection");
        self->hand_over(successor->pid());
    } catch (const std::exception& error) {
        self->complain("not upgraded: " + io::reason_of(error) + "; this process goes on");
    }
}

/// Another process is the service now.
LIBNETXX_DECL void DaemonLife::hand_over(pid_t successor)
{
    notifier_.main_process(successor);
    retired_ = true;
    close_admin();
    parts_.admin_sockets.hand_over();
    parts_.admin_sockets.close();
    service_->retire();
}

/// Looks now and then whether the process is larger than it may be.
LIBNETXX_DECL asio::awaitable<void> DaemonLife::watch_memory(Self self)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    constexpr std::chrono::milliseconds often{250};
    const auto timer = self->timer();
    while (!self->ended_) {
        try {
            self->look_at_memory();
        } catch (const std::exception&) {
            // Memory has run out even for that: the next look may find some.
        }
        timer->expires_after(often);
        co_await timer->async_wait(token);
    }
}

/// While memory is short, idle connections and caches go, and new connections wait until the others have ended.
LIBNETXX_DECL void DaemonLife::look_at_memory()
{
    const auto most = options_.max_memory;
    const auto resident = io::resident_memory();
    const bool was_short = memory_is_short_;
    const bool is_short = resident > (was_short ? most / 10 * 9 : most);
    if (is_short) io::give_memory_back();
    memory_is_short_ = is_short;
    if (is_short || was_short) service_->hold_connections(is_short);
    if (is_short == was_short) return;
    const auto amount = std::to_string(resident) + " of " + std::to_string(most) + " bytes of " +
                        options_.option_prefix + "max-memory are in use: ";
    if (is_short)
        complain(amount +
                     "idle connections are closed, caches are emptied, and new connections wait until the others "
                     "have ended",
                 DiagnosticLevel::warning);
    else complain(amount + "new connections are accepted again", DiagnosticLevel::info);
}

/// It can't go on looking, and must not leave clients waiting.
LIBNETXX_DECL void DaemonLife::end_memory_watch() noexcept
try {
    service_->hold_connections(false);
    complain("memory has run out: " + options_.option_prefix + "max-memory is not looked at any more: restart it");
} catch (const std::exception&) {
    // Connections are accepted again all the same.
}

/// Tells the service manager that it is alive as long as every thread answers.
LIBNETXX_DECL asio::awaitable<void> DaemonLife::tell_alive(Self self)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    const auto timer = self->timer();
    const auto pause = ServiceNotifier::watchdog_period() / 2;
    for (;;) {
        auto counting = self->service_->counts();
        co_await std::move(counting);
        if (self->retired_ || self->ended_) co_return;  // another process is the service
        self->notifier_.alive();
        timer->expires_after(pause);
        co_await timer->async_wait(token);
    }
}

}  // namespace libnet::inline v0::detail
