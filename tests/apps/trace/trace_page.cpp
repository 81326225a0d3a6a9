// The page of `trace++ --listen`, as a browser shows it.

#include <tests/support/browser.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>

#include <chrono>
#include <string>

namespace trace_page_tests {

using namespace libnet::test;
using namespace std::chrono_literals;

TEST_CASE("the page of trace++ has the path to each target", "[apps][pages]")
{
    if (has_no_browser()) return;
    const std::string evil = "<svg onload=document.title='owned'>.example";
    Exporter exporter{{"--interval", "0.5", "127.0.0.1", evil}, "trace++"};
    Browser browser;
    browser.open(exporter.url("/"));
    CHECK(browser.wait_until("return document.body.dataset.state === 'good'") < 20s);
    CHECK(browser.wait_until("return drawn.size === 2 && /up$/.test(drawn.get(1).parts.state.textContent)") < 20s);
    CHECK(browser.text("return drawn.get(0).parts.name.textContent") == evil);
    CHECK(browser.text("return document.title") == "trace++");
    browser.run_script("drawn.get(1).parts.name.click()");
    CHECK(browser.wait_until("return document.querySelectorAll('#details tbody tr').length >= 2") < 20s);
    const auto details = browser.text("return document.getElementById('details').textContent");
    CHECK(details.find("127.0.0.1") != std::string::npos);
    CHECK(details.find("The path has not changed.") != std::string::npos);
    browser.picture("trace");
    const auto console = browser.console();
    for (const auto& line : console) UNSCOPED_INFO(line);
    CHECK(console.empty());
    exporter.stop();
}

}  // namespace trace_page_tests
