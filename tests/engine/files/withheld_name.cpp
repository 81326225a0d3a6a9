#include <libnet/engine/files/withheld_name.hpp>
#include <tests/support/catch.hpp>

namespace withheld_name_tests {

using libnet::engine::is_form_of;

TEST_CASE("a file has earlier and compressed forms, and other files have names like it", "[engine][withheld]")
{
    for (const char* name : {"a.log", "a.log.gz", "a.log.br", "a.log.zst", "a.log.xz", "a.log.1", "a.log.12.gz",
                             "a.log-20261128", "a.log-20261128.xz"})
        CHECK(is_form_of("a.log", name));
    for (const char* name : {"", "a", "a.lo", "b/a.log", "a.log.html", "a.logs", "a.log.", "a.log-", "a.log.1x",
                             "a.log1", "a.log.1.gz.html", ".gz"})
        CHECK_FALSE(is_form_of("a.log", name));
    CHECK(is_form_of("a.gz", "a.gz"));
    CHECK_FALSE(is_form_of("a.gz", "a"));
    CHECK_FALSE(is_form_of("", "a"));
}

}  // namespace withheld_name_tests
