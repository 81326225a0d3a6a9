#include <libnet/base/diagnostics.hpp>
#include <tests/support/catch.hpp>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace diagnostics_tests {

using libnet::DiagnosticLevel;
using libnet::base::Diagnostics;

namespace {

struct Heard {
    std::vector<std::string> lines;
    Diagnostics diagnostics{[this](DiagnosticLevel level, std::string_view text) {
        std::ostringstream line;
        line << level << ": " << text;
        lines.push_back(line.str());
    }};
};

}  // namespace

TEST_CASE("a report has a level and words", "[base][diagnostics]")
{
    Heard heard;
    heard.diagnostics.tell(DiagnosticLevel::warning, "descriptors are short");
    heard.diagnostics.tell(DiagnosticLevel::info, "there are descriptors again");
    CHECK(heard.lines ==
          std::vector<std::string>{"warning: descriptors are short", "info: there are descriptors again"});
}

TEST_CASE("an exception of any type is told in words", "[base][diagnostics]")
{
    Heard heard;
    try {
        throw std::runtime_error{"no more"};
    } catch (...) {
        heard.diagnostics.tell_exception("a connection ended");
    }
    try {
        throw 42;
    } catch (...) {
        heard.diagnostics.tell_exception("a connection ended");
    }
    CHECK(heard.lines == std::vector<std::string>{"error: a connection ended: no more",
                                                  "error: a connection ended: an exception of an unknown type"});
}

TEST_CASE("without a handler, or with one that throws, nothing happens", "[base][diagnostics]")
{
    Diagnostics{}.tell(DiagnosticLevel::error, "this has no handler");
    int called = 0;
    const Diagnostics throwing{[&called](DiagnosticLevel, std::string_view) {
        ++called;
        throw std::runtime_error{"in the handler"};
    }};
    CHECK_NOTHROW(throwing.tell(DiagnosticLevel::error, "heard"));
    CHECK(called == 1);
}

}  // namespace diagnostics_tests
