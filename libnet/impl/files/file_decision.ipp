#pragma once

#include <libnet/impl/files/file_decision.hpp>

#include <boost/asio/deferred.hpp>

#include <utility>
#include <variant>

namespace libnet::inline v0::detail {

LIBNETXX_DECL bool FileDecision::start(ServedSite& site, const wire::RequestHead& request, io::HttpClock::Time now,
                                       RequestGuard* guard)
{
    begin(site, request, now, guard);
    auto fields = fields_.read(request);
    fields.guarded = guard != nullptr && guard->has_rules();
    action_ = responder_.start(site.site, fields);
    return go_on();
}

LIBNETXX_DECL bool FileDecision::start_refused(ServedSite& site, const wire::RequestHead& request,
                                               io::HttpClock::Time now, const RequestGuard::Verdict& verdict)
{
    begin(site, request, now, nullptr);
    action_ = responder_.start_refused(site.site, fields_.read(request), verdict);
    return go_on();
}

LIBNETXX_DECL void FileDecision::begin(ServedSite& site, const wire::RequestHead& request, io::HttpClock::Time now,
                                       RequestGuard* guard)
{
    site_ = &site;
    request_ = &request;
    guard_ = guard;
    listed_ = false;
    cache_use_ = engine::CacheUse::none;
    now_ = now;
}

/// Does what the responder asks for as far as it goes without waiting for a disk. True: there is a plan.
LIBNETXX_DECL bool FileDecision::go_on()
{
    while (!std::holds_alternative<engine::Respond>(action_)) {
        if (const auto* look_up = std::get_if<engine::LookUp>(&action_)) {
            auto file = site_->files.find(look_up->name, &cache_use_);
            if (!file) return false;
            take(std::move(file));
        } else if (std::holds_alternative<engine::Encode>(action_)) {
            if (!go_on_encoding()) return false;
        } else if (!std::holds_alternative<engine::Hash>(action_) || !go_on_hashing()) {
            return false;
        }
    }
    plan_ = &responder_.plan();
    return true;
}

/// False: the file has to be encoded first, or even loaded.
LIBNETXX_DECL bool FileDecision::go_on_encoding()
{
    const auto wanted = std::get<engine::Encode>(action_);
    const auto plain = site_->files.find(wanted.name, &cache_use_);
    if (!plain) return false;
    if (!plain->found) {  // it has just been there
        action_ = responder_.on_failure(engine::LookUpFailure::not_found);
        return true;
    }
    auto file = site_->encoded.find(wanted.name, wanted.coding, *plain);
    if (!file) return false;
    take(std::move(file));
    return true;
}

/// False: the file has to be hashed first, or even loaded.
LIBNETXX_DECL bool FileDecision::go_on_hashing()
{
    const auto& wanted = std::get<engine::Hash>(action_);
    auto file = site_->files.find(wanted.name, &cache_use_);
    if (!file || site_->files.can_hash(*file, wanted.digests)) return false;
    take(std::move(file));
    return true;
}

/// Tells the responder what was found.
LIBNETXX_DECL void FileDecision::take(io::FilePointer file)
{
    if (!file->found) {
        action_ = responder_.on_failure(file->failure);
        return;
    }
    file_ = std::move(file);
    listed_ = false;
    action_ = responder_.on_file(file_->facts, time_of_answer());
}

LIBNETXX_DECL io::Task<> FileDecision::load()
{
    do {
        if (std::holds_alternative<engine::ListDirectory>(action_)) {
            co_await list();
        } else if (std::holds_alternative<engine::Encode>(action_)) {
            co_await encode();
        } else if (std::holds_alternative<engine::Admit>(action_)) {
            co_await admit();
        } else if (std::holds_alternative<engine::Hash>(action_)) {
            const auto wanted = std::get<engine::Hash>(action_);
            auto file = co_await site_->files.hash(wanted.name, wanted.digests);
            note(&cache_use_, engine::CacheUse::miss);
            now_ = io::HttpClock::now();
            take(std::move(file));
        } else {
            const std::string_view name = std::get<engine::LookUp>(action_).name;
            auto file = co_await site_->files.load(name);
            note(&cache_use_, engine::CacheUse::miss);
            now_ = io::HttpClock::now();
            take(std::move(file));
        }
    } while (!go_on());
}

LIBNETXX_DECL io::Task<> FileDecision::list()
{
    const auto wanted = std::get<engine::ListDirectory>(action_);
    auto page = co_await site_->pages.get(wanted, &cache_use_);
    now_ = io::HttpClock::now();
    if (!page->found) {
        action_ = responder_.on_failure(page->failure);
        co_return;
    }
    listed_ = true;
    file_ = std::move(page);
    action_ = responder_.on_listing(file_->facts.size, *file_->facts.hash, time_of_answer());
}

/// Has the plain file put into a coding.
LIBNETXX_DECL io::Task<> FileDecision::encode()
{
    note(&cache_use_, engine::CacheUse::miss);
    const auto wanted = std::get<engine::Encode>(action_);
    auto plain = site_->files.find(wanted.name);
    if (!plain) plain = co_await site_->files.load(wanted.name);
    if (!plain->found) {
        action_ = responder_.on_failure(plain->failure);
        co_return;
    }
    auto file = co_await site_->encoded.encode(wanted.name, wanted.coding, plain);
    now_ = io::HttpClock::now();
    take(std::move(file));
}

LIBNETXX_DECL io::Task<> FileDecision::admit()
{
    const std::string_view name = std::get<engine::Admit>(action_).name;
    const auto verdict = co_await guard_->judge_name(name, *request_);
    action_ = responder_.on_verdict(verdict);
}

LIBNETXX_DECL void FileDecision::refuse(unsigned status, std::string_view why, const wire::RequestHead* request)
{
    cache_use_ = engine::CacheUse::none;
    refusal_.refuse(status, why);
    refusal_.head_only = request != nullptr && request->method == "HEAD";
    plan_ = &refusal_;
}

LIBNETXX_DECL void FileDecision::redirect(unsigned status, std::string location, std::string_view why,
                                          const wire::RequestHead& request)
{
    cache_use_ = engine::CacheUse::none;
    refusal_.redirect(status, std::move(location), why);
    refusal_.head_only = request.method == "HEAD";
    plan_ = &refusal_;
}

}  // namespace libnet::inline v0::detail
