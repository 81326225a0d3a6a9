#pragma once
// What a name in the served directory stands for, as it was at one moment.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <libnet/io/loop/file_descriptor.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace libnet::inline v0::io {

/// A file, a directory, or the fact that there is none. It never changes: an answer that holds it sends one file, whatever
/// happens to the name meanwhile.
struct StoredFile {
    bool found = false;
    engine::LookUpFailure failure = engine::LookUpFailure::not_found;  ///< where nothing was found
    engine::FileFacts facts;                                           ///< where something was
    FileDescriptor descriptor;                                         ///< of a regular file that is not in memory
    std::unique_ptr<char[]> memory;        ///< the content of a small one; `facts.size` bytes
    std::shared_ptr<const void> charge{};  ///< gives back what its memory is counted by, when it goes
    /// When the kernel was last seen to have the whole of it in memory: the sender keeps that here.
    mutable std::chrono::steady_clock::time_point seen_cached{};
    std::chrono::steady_clock::time_point found_at{};  ///< when it was looked up first
    mutable bool to_be_hashed = false;                 ///< in the background: it was asked for again

    bool in_memory() const noexcept { return memory != nullptr; }
    std::string_view content() const noexcept { return {memory.get(), static_cast<std::size_t>(facts.size)}; }

    /// That a look-up came to nothing.
    static StoredFile failed(engine::LookUpFailure why) noexcept
    {
        StoredFile file;
        file.failure = why;
        return file;
    }
};

/// How long a file must be unchanged until the next change is sure to show in its time stamps: two changes within this time
/// may get the same one, for the kernel's clock for files ticks, and not so often.
inline constexpr std::chrono::milliseconds stamp_granularity{50};

/// Whether a change that comes from `now` on would show in the time of the last one.
bool is_settled(engine::FileTime changed, engine::FileTime now) noexcept;

/// Whether a file on the disk was written to since it was found, in another way than at its end.
bool was_rewritten(const StoredFile& file) noexcept;

/// A StoredFile that answers share. The count is not atomic: one thread only.
struct SharedFile : StoredFile, boost::intrusive_ref_counter<SharedFile, boost::thread_unsafe_counter> {
    explicit SharedFile(StoredFile file) noexcept : StoredFile{std::move(file)} {}
};
using FilePointer = boost::intrusive_ptr<const SharedFile>;

/// Looks a name up; reads regular files of up to `memory_bound` bytes. A name that stands for nothing is no error:
/// the only one is `resource_unavailable_try_again`, where waiting is refused and would be needed.
///
/// What is read is what the file was at one moment, or is not kept: a file that changes while it is read is read again,
/// and in the end left on the disk. `now` is the time before the call.
boost::system::result<StoredFile> load_file(const RootDirectory& root, std::string_view name,
                                            std::uint64_t memory_bound, engine::FileTime now, Waiting waiting);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/stored_file.ipp>
#endif
