#pragma once
// A request to a StaticFileServer and its answer.

#include <libnet/impl/files/file_decision.hpp>
#include <libnet/impl/files/unreported.hpp>
#include <libnet/io/http/request_reader.hpp>
#include <libnet/io/http/response_writer.hpp>

#include <optional>

namespace libnet::inline v0::detail {

/// What a connection needs from the first byte of a request until it waits for the next one, and gives back then.
struct FileExchange {
    io::RequestParsing parsing;
    FileDecision decision;
    UnreportedAnswers unreported;
    std::optional<io::ResponseWriter::FilePart> part;  // that is on its way

    /// Forgets the request, however far it got, and keeps the memory: the next one is another client's.
    void clear() noexcept
    {
        parsing.parser.reset();
        parsing.head_size = 0;
        part.reset();
        decision.drop_file();
        unreported.clear();
    }
};

}  // namespace libnet::inline v0::detail
