#pragma once
// What the exporters share with the daemons: signals, and what a service manager is told.
//
//   int main(...) { apps::prepare_exporter(); return apps::run("ping++", export_pings(settings)); }
//   ... const ExporterLife life{executor, "ping++", [&] { exporter.reload(); }}; ... life.ready(); co_await exporter.run();

#include <apps/common/output.hpp>
#include <libnet/io/loop/held_signals.hpp>
#include <libnet/io/loop/on_signal.hpp>
#include <libnet/io/loop/standard_descriptors.hpp>
#include <libnet/service_notifier.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

/// Before anything is opened.
inline void prepare_exporter() noexcept
{
    io::open_standard_descriptors();
    io::hold_signals();
}

/// As long as it lives: SIGHUP reads the hosts again, SIGQUIT ends the program as SIGTERM does, SIGUSR1 and SIGUSR2 do nothing.
class ExporterLife {
public:
    /// `reload` throws why it can't.
    ExporterLife(const asio::any_io_executor& executor, std::string_view program, std::function<void()> reload)
        : program_{program},
          reload_{std::move(reload)},
          reloads_{executor, SIGHUP, [this] { on_reload(); }},
          quits_{executor, SIGQUIT, [] { std::raise(SIGTERM); }},
          ends_{executor, SIGINT, SIGTERM}
    {
        std::signal(SIGUSR1, SIG_IGN);
        std::signal(SIGUSR2, SIG_IGN);
        ends_.async_wait([this](boost::system::error_code failed, int) {
            if (failed) return;
            ends_.clear();  // a third signal has the system's effect
            notifier_.stopping();
        });
        io::release_signals();
    }
    ExporterLife(const ExporterLife&) = delete;
    ExporterLife& operator=(const ExporterLife&) = delete;

    void ready() const { notifier_.ready(); }

private:
    void on_reload() const
    {
        notifier_.reloading();
        try {
            reload_();
            complain(program_, "reloaded");
        } catch (const std::exception& error) {
            complain(program_, fmt::format("not reloaded: {}; nothing has changed", reason_of(error)));
        }
        notifier_.ready();
    }

    const std::string program_;
    const std::function<void()> reload_;
    const ServiceNotifier notifier_;
    io::OnSignal reloads_, quits_;
    asio::signal_set ends_;
    const io::HoldSignalsAtEnd hold_at_end_;  // the first that goes
};

}  // namespace libnet::apps
