#pragma once
// Listings of directories, made where the disk may be waited for, once for all who ask.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_cache.hpp>
#include <libnet/engine/files/file_responder.hpp>
#include <libnet/io/files/file_store.hpp>
#include <libnet/io/files/stored_file.hpp>
#include <libnet/io/loop/executor.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace libnet::inline v0::io {

/// Makes the listings of a site's directories with the threads for disks, and hands out the same text to all requests
/// for the same. No request is answered with an older state of a directory than that of when it came; of the files in it, sizes
/// and times may be a second old.
///
/// Large listings that nobody has asked for in three seconds are forgotten.
///
/// All the texts that answers still have to send, over the sites of one event loop, have a bound (FileStoreShare::pages):
/// beyond it, listings are refused as overload.
class DirectoryPages {
public:
    /// Both must outlive it.
    DirectoryPages(FileStoreShare& share, const FileStore& files);
    DirectoryPages(const DirectoryPages&) = delete;
    DirectoryPages& operator=(const DirectoryPages&) = delete;

    /// The listing, in memory; its facts have its size and hash. Never null; the failures are those of
    /// RootDirectory::open, and overload. `use`, which is told whether it was remembered, must stay where it is meanwhile.
    Task<FilePointer> get(engine::ListDirectory wanted, engine::CacheUse* use = nullptr);

    /// As FileCache::evictions.
    std::uint64_t evictions() const noexcept { return pages_.evictions(); }

    /// Forgets all of them; those that are being sent live as long as that.
    void rest()
    {
        unused_.cancel();
        is_watched_ = false;
        pages_.forget_beneath({});
    }

private:
    struct Build;
    using Clock = std::chrono::steady_clock;
    using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
    using Cache = engine::FileCache<FilePointer>;

    FilePointer find(std::string_view key, std::string_view name, Clock::time_point asked);
    Task<FilePointer> build(std::string key, engine::ListDirectory wanted);
    FilePointer keep(std::string_view key, Build& build);
    void note_use(const FilePointer& page);
    void watch_use();

    FileStoreShare& share_;
    const FileStore& files_;
    Cache pages_;  // the facts are those of the directory, but for size and hash
    std::map<std::string, std::shared_ptr<Build>, std::less<>> under_way_;
    Timer unused_;                                          // runs while there are large ones
    bool is_watched_ = false;                               // it runs
    bool is_used_ = false;                                  // a large one was asked for since
    std::shared_ptr<int> alive_ = std::make_shared<int>();  // as long as this is
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/directory_pages.ipp>
#endif
