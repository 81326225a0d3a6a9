#pragma once
// What the sessions of a StaticFileServer share.

#include <libnet/engine/files/host_table.hpp>
#include <libnet/engine/files/site.hpp>
#include <libnet/impl/files/file_exchange.hpp>
#include <libnet/impl/files/finished_answers.hpp>
#include <libnet/impl/files/request_guard.hpp>
#include <libnet/impl/files/served_site.hpp>
#include <libnet/io/files/encoded_files.hpp>
#include <libnet/io/files/file_store.hpp>
#include <libnet/io/http/http_clock.hpp>
#include <libnet/io/loop/random_key.hpp>
#include <libnet/static_file_server_options.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

/// A few exchanges that no connection has in hand, with their memory.
class SpareExchanges {
public:
    std::unique_ptr<FileExchange> take()
    {
        if (spare_.empty()) return std::make_unique<FileExchange>();
        auto exchange = std::move(spare_.back());
        spare_.pop_back();
        return exchange;
    }

    void give(std::unique_ptr<FileExchange> exchange)
    {
        exchange->clear();
        if (spare_.size() < most) spare_.push_back(std::move(exchange));
    }

private:
    static constexpr std::size_t most = 64;
    std::vector<std::unique_ptr<FileExchange>> spare_;
};

struct FileServerContext {
    FileServerContext(const io::Executor& executor, StaticFileServerOptions server_options);

    /// The site that a host belongs to.
    ServedSite& site_of(std::string_view host) { return sites[hosts.find(host).value_or(0)]; }

    /// Nobody will be served any more: leaves the event loop without work.
    void rest()
    {
        share.close();
        if (guard) guard->threads.close();
        finished.clear();
        for (auto& site : sites) {
            site.encoded.close();
            site.pages.rest();
            site.files.rest();
        }
    }

    const StaticFileServerOptions options;
    io::FileStoreShare share;
    std::deque<ServedSite> sites;  // the first one is everybody's
    engine::HostTable hosts;       // of the others, by their index
    io::HttpClock clock;
    std::optional<RequestGuardShare> guard;  // nothing: every request is answered
    FinishedAnswers finished{io::random_key()};
    SpareExchanges exchanges;
};

}  // namespace libnet::inline v0::detail
