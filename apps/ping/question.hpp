#pragma once
// Questions about hosts, one host after the other: what --mtu and --probe have in common.

#include <apps/common/json_lines.hpp>
#include <apps/common/output.hpp>
#include <apps/ping/names.hpp>
#include <apps/ping/settings.hpp>
#include <libnet/io/dns/host_text.hpp>
#include <libnet/io/dns/resolver.hpp>

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

namespace libnet::apps {

namespace asio = boost::asio;

/// Exit codes, in the sense of iputils' ping.
enum class Verdict { good = 0, bad = 1, failed = 2 };

/// Asks something about each host, one after the other.
class HostQuestion {
public:
    HostQuestion(asio::any_io_executor executor, const PingSettings& settings)
        : executor_{executor},
          settings_{settings},
          resolver_{executor},
          names_{executor}
    {}
    virtual ~HostQuestion() = default;

    /// Completes with the exit code: the worst verdict. What is known is told in every case.
    asio::awaitable<int> run()
    {
        auto worst = settings_.bad_targets.empty() ? Verdict::good : Verdict::failed;
        for (const auto& why : settings_.bad_targets) complain("ping++", why);
        for (const auto& name : settings_.hosts) {
            name_ = name;
            address_ = asio::ip::address{};
            const auto verdict = co_await ask_or_complain();
            worst = std::max(worst, verdict);
        }
        co_return static_cast<int>(worst);
    }

protected:
    /// Asks the host with this `address()`, and tells what it finds.
    virtual asio::awaitable<Verdict> ask() = 0;

    /// Tells programs that nothing could be asked.
    virtual void tell_failure(const std::string& why) = 0;

    const PingSettings& settings() const { return settings_; }
    const asio::any_io_executor& executor() const { return executor_; }
    bool as_json() const { return settings_.format == PingFormat::json; }
    const std::string& name() const { return name_; }
    const asio::ip::address& address() const { return address_; }

    /// "name (address)"
    std::string host_text() const { return fmt::format("{} ({})", printable(name_), address_.to_string()); }

    /// An address with its name, as far as it is known.
    std::string show(const asio::ip::address& address) { return named_ ? names_.show(address) : address.to_string(); }

    boost::json::value json_address() const { return known(address_); }

    static boost::json::value known(const asio::ip::address& address)
    {
        if (address.is_unspecified()) return nullptr;
        return boost::json::value(address.to_string());
    }

    static double milliseconds(std::chrono::nanoseconds time)
    {
        return std::chrono::duration<double, std::milli>{time}.count();
    }

private:
    asio::awaitable<Verdict> ask_or_complain()
    {
        try {
            const std::string name = io::resolvable_host(name_);
            const auto addresses = co_await resolver_.resolve(name, settings_.family);
            address_ = addresses.front();
            const auto missing = settings_.options.interface.empty() ? io::missing_zone(address_) : std::string{};
            if (!missing.empty()) {
                on_failure(missing);
                co_return Verdict::failed;
            }
            want_names();
            co_return co_await ask();
        } catch (const boost::system::system_error& error) {
            if (error.code() == asio::error::operation_aborted) throw;
            on_failure(reason_of(error));
        }
        co_return Verdict::failed;
    }

    void on_failure(const std::string& reason)
    {
        const auto name = printable(name_);
        if (as_json()) tell_failure(reason);
        else complain("ping++", reason.starts_with(name) ? reason : fmt::format("{}: {}", name, reason));
    }

    /// As iputils' ping: who asks by address wants to see addresses.
    void want_names()
    {
        boost::system::error_code is_name;
        asio::ip::make_address(io::resolvable_host(name_), is_name);
        const bool wanted = settings_.names == PingNames::always || (is_name && settings_.names != PingNames::never);
        named_ = wanted && !as_json();
    }

    asio::any_io_executor executor_;
    const PingSettings& settings_;
    io::Resolver resolver_;
    ShownAddresses names_;
    bool named_ = false;         ///< addresses are shown with their names
    std::string name_;           ///< of the host, as the user gave it
    asio::ip::address address_;  ///< unspecified until it is known
};

}  // namespace libnet::apps
