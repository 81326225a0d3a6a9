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

/// A file, a directory, or the fact that there is none. It never changes: whoever holds it sends one file, whatever
/// happens to the name meanwhile.
struct StoredFile {
    bool found = false;
    engine::LookUpFailure failure = engine::LookUpFailure::not_found;  ///< where nothing was found
    engine::FileFacts facts;                                           ///< where something was
    FileDescriptor descriptor;                                         ///< of a regular file that is not in memory
    std::unique_ptr<char[]> memory;        ///< the content of a small one; `facts.size` bytes
    std::shared_ptr<const void> charge{};  ///< gives back what its memory is counted by, when it goes
    /// When the kernel was last seen to have the whole of it in memory: whoever sends it may keep that here.
    mutable std::chrono::steady_clock::time_point seen_cached{};

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

/// Whether a change that comes from now on would show in the time of the last one.
bool is_settled(engine::FileTime changed) noexcept;

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
/// and in the end left on the disk.
boost::system::result<StoredFile> load_file(const RootDirectory& root, std::string_view name,
                                            std::uint64_t memory_bound, Waiting waiting);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/stored_file.ipp>
#endif
