#pragma once
// What the sessions of a StaticFileServer share.

#include <libnet/engine/files/host_table.hpp>
#include <libnet/engine/files/site.hpp>
#include <libnet/impl/files/file_work.hpp>
#include <libnet/impl/files/finished_answers.hpp>
#include <libnet/impl/files/served_site.hpp>
#include <libnet/io/access/request_guard.hpp>
#include <libnet/io/files/encoded_files.hpp>
#include <libnet/io/files/file_store.hpp>
#include <libnet/io/http/http_handler.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/io/loop/random_key.hpp>
#include <libnet/static_file_server_options.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

struct FileServerContext {
    FileServerContext(const io::Executor& executor, StaticFileServerOptions server_options);

    /// The site that a host belongs to.
    ServedSite& site_of(std::string_view host) { return sites[hosts.find(host).value_or(0)]; }

    /// No client will be served any more: leaves the event loop without work.
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

    /// Memory is short: forgets what can be had again from files.
    void shed()
    {
        ++share.changes;  // an answer that is being made now is none to remember: changes to its file may be missed
        finished.clear();
        for (auto& site : sites) {
            site.encoded.forget();
            site.pages.rest();
            site.files.rest();
        }
    }

    const StaticFileServerOptions options;
    io::FileStoreShare share;
    std::deque<ServedSite> sites;                // the first one is for all hosts without another
    engine::HostTable hosts;                     // of the others, by their index
    std::optional<io::RequestGuardShare> guard;  // nothing: every request is answered
    FinishedAnswers finished{io::random_key()};
    io::SpareObjects<FileWork> works;
    io::HttpShare http;
    std::shared_ptr<io::MountedHandlers> mounted{};  // null: there are files only
    bool runs = false;                               // nothing more is mounted
};

}  // namespace libnet::inline v0::detail
