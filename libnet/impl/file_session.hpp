#pragma once
// One connection of a StaticFileServer.

#include <libnet/access_record.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/file_request.hpp>
#include <libnet/engine/file_responder.hpp>
#include <libnet/engine/host_table.hpp>
#include <libnet/engine/site.hpp>
#include <libnet/impl/finished_answers.hpp>
#include <libnet/impl/request_guard.hpp>
#include <libnet/io/encoded_files.hpp>
#include <libnet/io/file_store.hpp>
#include <libnet/io/http_clock.hpp>
#include <libnet/io/random_key.hpp>
#include <libnet/io/read_directory.hpp>
#include <libnet/io/request_reader.hpp>
#include <libnet/io/response_writer.hpp>
#include <libnet/io/transport.hpp>
#include <libnet/static_file_server_options.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::detail {

/// A site and its files.
struct ServedSite {
    ServedSite(SiteOptions options, io::FileStoreShare& share, const std::string& root)
        : site{std::move(options)},
          files{share, root, site.options().symlinks},
          encoded{share.executor}
    {}

    engine::Site site;
    io::FileStore files;
    io::EncodedFiles encoded;
};

/// What the sessions of a server share.
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
};

/// The reading of a directory, by a thread that may wait for the disk.
struct DirectoryReading {
    const io::RootDirectory& root;
    const engine::ListDirectory& wanted;
    std::optional<boost::system::result<engine::DirectoryContent>> content{};  // none: no thread did it

    void operator()() { content = io::read_directory(root, wanted.name, wanted.limit); }
};

/// Reads requests, asks the responder, and sends what it plans.
///
/// Everything that arrived in one read is answered before anything is sent: heads and small files are queued and leave
/// in one call. A larger file is sent from where it is, behind what is queued.
class FileSession {
public:
    FileSession(FileServerContext& server, io::Connection& connection);

    /// Serves until one side ends the connection.
    io::Task<> run();

private:
    /// An answer that is queued, and what the log will say about it once it is sent.
    struct Unreported {
        AccessRecord record;
        std::chrono::steady_clock::time_point started;
        std::uint64_t content_begin, content_end;  // positions in all that the connection is sent
        std::string user;
    };

    bool enter();
    io::Task<bool> secure();
    io::Task<bool> receive();
    io::Task<bool> take_body();
    bool has_body() const noexcept;
    bool awaits_invitation() const noexcept;

    io::Task<bool> admit();
    bool decide();
    bool go_on();
    void take(io::FilePointer file);
    void take(DirectoryReading reading);
    bool go_on_encoding();
    io::Task<> load();
    io::Task<> encode();
    engine::FileRequest read_fields();
    void refuse(unsigned status, std::string_view why);

    FinishedAnswers::Found find_finished() const;
    std::string_view queue_finished(const FinishedAnswers::Found& found);
    void remember();

    void queue_answer();
    void queue_head();
    void queue_content();
    bool has_content_apart() const noexcept;
    bool has_parts() const noexcept;
    io::Task<bool> send_content();
    io::Task<bool> send_parts();

    void note(unsigned status, std::string_view reason, std::uint64_t content_length);
    AccessRecord begin_record(unsigned status, std::string_view reason) const;
    void note(const AccessRecord& record, std::uint64_t content_begin, std::uint64_t content_length);
    void report();

    FileServerContext& server_;
    io::Connection& connection_;
    io::Transport transport_;
    io::RequestReader reader_;
    io::ResponseWriter writer_;
    std::unique_ptr<RequestGuard> guard_;  // null: the server has none
    engine::FileRequestReader fields_;
    engine::FileResponder responder_;
    engine::ResponsePlan refusal_;                // of what the responder never saw
    const engine::ResponsePlan* plan_ = nullptr;  // the responder's, or the refusal
    ServedSite* site_ = nullptr;                  // that the request is for
    engine::FileAction action_;                   // what the responder wants
    io::FilePointer file_;                        // what it found last
    std::uint64_t changes_ = 0;                   // to files, when the decision began
    std::size_t answer_begin_ = 0;                // in the queue
    io::HttpClock::Time now_{};                   // of the answers to what came in one read
    const wire::RequestHead* request_ = nullptr;  // null: what came is no request
    std::string_view referer_, user_agent_;       // of the request
    std::vector<Unreported> unreported_;
    bool keep_ = true;      // the connection outlives the answer
    bool hang_up_ = false;  // it is we who end it: the client may still be sending
};

}  // namespace libnet::detail

#if !defined(LIBNET_SEPARATE_COMPILATION)
#  include <libnet/impl/file_session.ipp>
#endif
