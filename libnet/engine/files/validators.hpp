#pragma once
// Validators of a representation, and the conditions that requests set on them: RFC 9110 sections 8.8 and 13.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/engine/files/file_request.hpp>
#include <libnet/wire/http/content_coding.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// What tells one state of a representation from another.
struct Validators {
    std::string_view etag{};                                ///< as it stands in the field; empty: none
    std::optional<std::chrono::sys_seconds> last_modified;  ///< nothing: the file's time says nothing
};

/// Files up to this size, in octets, have an entity tag made from their content: to read them takes about a millisecond.
/// Larger ones have one made from their state. Which of both it is must not depend on what the server has had the time to
/// read: a client that compares tags octet by octet would take an unchanged file for another one.
inline constexpr std::uint64_t most_tagged_by_content = 1 << 20;

/// A number made from what changes with a file: both its times and its inode. The time of modification alone would not do:
/// where software is installed from images it is the same for every version (1 in Nix and OSTree).
std::uint64_t state_digest(const FileFacts& facts) noexcept;

/// Writes the entity tag of a file, in place of what the string holds: "hash-size", which is strong, for a file that is
/// tagged by its content and whose hash is known; else "digest-size", which is strong, too, once a later change is sure to
/// show in the digest, and weak before.
///
/// `coding` is that of the content, which makes it another representation even where both files hold the same octets.
void make_etag(std::string& etag, const FileFacts& facts, wire::ContentCoding coding);

/// Writes a strong entity tag. `digest` is the hash of a content, or that of a state which had the tag earlier.
void make_strong_etag(std::string& etag, std::uint64_t digest, std::uint64_t size, wire::ContentCoding coding);

/// The digests in the strong entity tags that a request's conditions name, as far as these may be of earlier states of a
/// file of this size; 0: none. More than four are ignored.
std::array<std::uint64_t, 4> named_digests(const FileRequest& request, std::uint64_t size, wire::ContentCoding coding);

/// The Last-Modified of a file: never in the future, which would make later changes look older (section 8.8.2.1). Of a
/// file whose time is, it is the time when that was set: the same in each answer. Nothing for times before 1980-01-02:
/// those are constants of build systems (0, 1, and the epoch of zip archives), and a client would believe that nothing
/// ever changes.
std::optional<std::chrono::sys_seconds> last_modified_of(const FileFacts& facts, FileTime now) noexcept;

enum class Condition : std::uint8_t {
    holds,         ///< or there was none
    not_modified,  ///< 304
    failed,        ///< 412
};

/// Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of section 13.2.2, for GET
/// and HEAD. Only for what would be answered with 200.
Condition judge_conditions(const FileRequest& request, const Validators& validators, FileTime now) noexcept;

/// Whether the Range field counts: the method is GET (section 14.2), and If-Range, if there is one, names this very
/// state: by a strong entity tag, or by a date that can't be of a file that was written twice in that second (sections
/// 13.1.5 and 8.8.2.2).
bool range_is_wanted(const FileRequest& request, const Validators& validators, FileTime now) noexcept;

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/files/validators.ipp>
#endif
