#pragma once

#include <libnet/io/files/content_encoder.hpp>
#include <libnet/io/files/encoded_files.hpp>
#include <libnet/io/loop/random_key.hpp>

#include <boost/asio/deferred.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <unistd.h>

namespace libnet::inline v0::io {

namespace detail {

inline constexpr engine::FileCacheLimits encoded_limits{.entries = 4096, .descriptors = 0, .bytes = 32 * 1024 * 1024};

/// More files don't wait for the one thread: clients would wait longer than the bytes take that are saved.
inline constexpr std::size_t most_encoding = 16;

/// No name has a NUL in it.
LIBNETXX_DECL std::string encoded_key(std::string_view name, wire::ContentCoding coding)
{
    std::string key{name};
    key += '\0';
    return key += wire::name_of(coding);
}

/// The compression of a file, by a thread that may wait for the disk.
struct Encoding {
    const StoredFile& file;
    wire::ContentCoding coding;
    std::optional<std::string> encoded{};

    void operator()()
    {
        if (file.in_memory()) {
            encoded = encode(file.content(), coding);
            return;
        }
        std::string content(static_cast<std::size_t>(file.facts.size), '\0');
        std::size_t size = 0;
        while (size < content.size()) {
            const auto got =
                ::pread(file.descriptor.get(), content.data() + size, content.size() - size, static_cast<off_t>(size));
            if (got <= 0) return;
            size += static_cast<std::size_t>(got);
        }
        const auto after = facts_of(file.descriptor);
        if (after && engine::is_same_state(*after, file.facts)) encoded = encode(content, coding);
    }
};

}  // namespace detail

LIBNETXX_DECL EncodedFiles::EncodedFiles(const Executor& executor)
    : thread_{executor, 1},
      cache_{detail::encoded_limits, random_key()}
{}

LIBNETXX_DECL FilePointer EncodedFiles::find(std::string_view name, wire::ContentCoding coding, const StoredFile& file)
{
    const auto key = detail::encoded_key(name, coding);
    if (const auto* const entry = cache_.find(key)) {
        auto plain = entry->value->facts;
        plain.size = file.facts.size;
        if (engine::is_same_state(plain, file.facts)) return entry->value;
    }
    if (!under_way_.contains(key) && under_way_.size() < detail::most_encoding) return nullptr;
    return FilePointer{new SharedFile{StoredFile::failed(engine::LookUpFailure::overloaded)}};
}

LIBNETXX_DECL Task<FilePointer> EncodedFiles::encode(std::string_view name, wire::ContentCoding coding,
                                                     FilePointer file)
{
    const auto key = detail::encoded_key(name, coding);
    under_way_.insert(key);
    detail::Encoding encoding{*file, coding};
    auto done = thread_.run(encoding, asio::deferred);
    co_await std::move(done);
    under_way_.erase(key);

    StoredFile result;
    result.facts = file->facts;
    if (encoding.encoded) {
        result.found = true;
        result.facts.size = encoding.encoded->size();
        result.memory = std::make_unique_for_overwrite<char[]>(encoding.encoded->size());
        std::ranges::copy(*encoding.encoded, result.memory.get());
    }
    FilePointer encoded{new SharedFile{std::move(result)}};
    const engine::FileWeight weight{.bytes = encoded->in_memory() ? encoded->facts.size : 0};
    if (file->facts.settled) cache_.put(key, encoded, weight, {});
    co_return encoded;
}

}  // namespace libnet::inline v0::io
