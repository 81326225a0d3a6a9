#pragma once
// What answering a request to a StaticFileServer needs while there is one.

#include <libnet/impl/files/file_decision.hpp>
#include <libnet/io/http/response_writer.hpp>

#include <optional>

namespace libnet::inline v0::detail {

/// Lent to a connection from the first request of a burst until it waits for the next one.
struct FileWork {
    FileDecision decision;
    std::optional<io::ResponseWriter::FilePart> part;  // that is on its way

    /// Forgets the request, however far it got, and keeps the memory: the next one is another client's.
    void clear() noexcept
    {
        part.reset();
        decision.drop_file();
    }
};

}  // namespace libnet::inline v0::detail
