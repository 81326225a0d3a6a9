#pragma once
// A tree of files that exists in the test only, for tests of the file responder.

#include <libnet/engine/files/file_responder.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace libnet::test {

/// What a responder plans, and on the way to it looked up.
struct Planned {
    engine::ResponsePlan plan;
    std::vector<std::string> looked_up;
    std::vector<std::string> judged;  ///< besides the path
    std::string found_last;           ///< the file whose content is meant
    std::string listing;              ///< or the listing

    /// The value of a field of the plan, or "-"; a name that comes twice is a defect.
    std::string field(std::string_view name) const
    {
        std::string found{"-"};
        engine::for_each_field(plan, [&](std::string_view each, std::string_view value) {
            if (each != name) return;
            if (found != "-") throw std::runtime_error{"twice: " + std::string{name}};
            found = value;
        });
        return found;
    }
};

/// Files by name. Their content is not needed.
class FileTree {
public:
    static constexpr engine::FileTime modified{std::chrono::seconds{784'111'777}};  // Sun, 06 Nov 1994 08:49:37 GMT
    static constexpr engine::FileTime now = modified + std::chrono::hours{24};

    FileTree& file(const std::string& name, std::uint64_t size = 1000, engine::FileTime time = modified)
    {
        files_[name] = engine::FileFacts{.size = size, .modified = time, .hash = hash(name)};
        return *this;
    }
    FileTree& directory(const std::string& name)
    {
        files_[name] = engine::FileFacts{.kind = engine::FileKind::directory, .modified = modified};
        return *this;
    }
    FileTree& failing(const std::string& name, engine::LookUpFailure failure)
    {
        failures_[name] = failure;
        return *this;
    }

    /// The guard refuses this file.
    FileTree& refusing(const std::string& name, const engine::AccessVerdict& verdict)
    {
        verdicts_[name] = verdict;
        return *this;
    }

    /// Every file that is hashed turns out to have been in these states before.
    FileTree& having_been(const std::array<std::uint64_t, 4>& states)
    {
        former_ = states;
        return *this;
    }

    /// A file that has settled, and whose hash isn't known.
    FileTree& unread(const std::string& name, std::uint64_t size)
    {
        files_[name] = engine::FileFacts{.size = size, .modified = modified, .settled = true};
        return *this;
    }

    /// Nothing can be compressed.
    FileTree& without_encoder()
    {
        encodes_ = false;
        return *this;
    }

    /// Asks for something, as often as the responder wants to know more.
    Planned ask(const engine::Site& site, const engine::FileRequest& request,
                engine::DirectoryContent listing = {}) const
    {
        engine::FileResponder responder;
        return answer(responder, responder.start(site, request), std::move(listing));
    }

    /// The same for a request that the guard has refused.
    Planned ask_refused(const engine::Site& site, const engine::FileRequest& request,
                        const engine::AccessVerdict& verdict) const
    {
        engine::FileResponder responder;
        return answer(responder, responder.start_refused(site, request, verdict));
    }

    /// Goes on with what a responder wants to know, until it has its plan.
    Planned answer(engine::FileResponder& responder, engine::FileAction action,
                   engine::DirectoryContent listing = {}) const
    {
        Planned planned;
        while (!std::holds_alternative<engine::Respond>(action)) {
            if (std::holds_alternative<engine::ListDirectory>(action)) {
                const auto& list = std::get<engine::ListDirectory>(action);
                planned.listing = engine::make_listing(list.path, std::exchange(listing, {}), list.style);
                action = responder.on_listing(planned.listing.size(), hash(planned.listing), now);
                continue;
            }
            if (const auto* encode = std::get_if<engine::Encode>(&action)) {
                const std::string name{encode->name};
                planned.looked_up.push_back(name + " as " + std::string{name_of(encode->coding)});
                if (!encodes_) {
                    action = responder.on_failure(engine::LookUpFailure::failed);
                    continue;
                }
                planned.found_last = planned.looked_up.back();
                action = responder.on_file({.size = files_.at(name).size / 10}, now);
                continue;
            }
            if (const auto* admit = std::get_if<engine::Admit>(&action)) {
                const std::string name{admit->name};
                planned.judged.push_back(name);
                const auto verdict = verdicts_.find(name);
                action = responder.on_verdict(verdict == verdicts_.end() ? engine::AccessVerdict{} : verdict->second);
                continue;
            }
            if (const auto* wanted = std::get_if<engine::Hash>(&action)) {
                const std::string name{wanted->name};
                planned.looked_up.push_back(name + " hashed");
                auto facts = files_.at(name);
                facts.hash = hash(name);
                facts.former = former_;
                action = responder.on_file(facts, now);
                continue;
            }
            const std::string name{std::get<engine::LookUp>(action).name};
            planned.looked_up.push_back(name);
            if (planned.looked_up.size() > 20) throw std::runtime_error{"it never ends"};
            if (const auto found = files_.find(name); found != files_.end()) {
                planned.found_last = name;
                action = responder.on_file(found->second, now);
            } else {
                const auto failure = failures_.find(name);
                action = responder.on_failure(failure == failures_.end() ? engine::LookUpFailure::not_found
                                                                         : failure->second);
            }
        }
        planned.plan = responder.plan();
        return planned;
    }

private:
    static std::uint64_t hash(const std::string& name) { return std::hash<std::string>{}(name); }

    std::map<std::string, engine::FileFacts> files_;
    std::map<std::string, engine::LookUpFailure> failures_;
    std::map<std::string, engine::AccessVerdict> verdicts_;
    std::array<std::uint64_t, 4> former_{};
    bool encodes_ = true;
};

}  // namespace libnet::test
