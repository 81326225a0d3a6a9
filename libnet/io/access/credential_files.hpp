#pragma once
// The files with credentials that proxies add to requests.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/credentials.hpp>
#include <libnet/io/files/read_text.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace libnet::inline v0::io {

/// One of them.
struct CredentialFile {
    engine::CredentialTarget target;  ///< who gets it, see engine::parse_credential_target
    std::string file;                 ///< see engine::authorization_of
};

/// Credentials that are read from files, and read again while proxies use them. Several threads may use one object at a
/// time.
class CredentialFiles {
public:
    /// Reads the files.
    /// @throws std::runtime_error  one can't be read or isn't valid; `what()` names it, and nothing of what is in it
    explicit CredentialFiles(std::vector<CredentialFile> files) : files_{std::move(files)}, credentials_{read()} {}

    /// The credentials as they are now. Whoever has them keeps them, whatever is read later.
    std::shared_ptr<const engine::Credentials> now() const
    {
        const std::lock_guard lock{mutex_};
        return credentials_;
    }

    /// Reads the files again, as EgressControl::prepare_reload does.
    std::function<void()> prepare_reload()
    {
        return [this, fresh = read()]() mutable {
            const std::lock_guard lock{mutex_};
            credentials_.swap(fresh);
        };
    }

private:
    std::shared_ptr<const engine::Credentials> read() const
    {
        std::vector<engine::Credentials::Entry> entries;
        for (const auto& [target, file] : files_) {
            try {
                auto authorization = engine::authorization_of(read_text(file));
                entries.push_back({target, std::move(authorization)});
            } catch (const std::invalid_argument& error) {
                throw std::runtime_error{"credential '" + file + "': " + error.what()};
            }
        }
        return std::make_shared<const engine::Credentials>(std::move(entries));
    }

    const std::vector<CredentialFile> files_;
    mutable std::mutex mutex_;  // of what follows
    std::shared_ptr<const engine::Credentials> credentials_;
};

}  // namespace libnet::inline v0::io
