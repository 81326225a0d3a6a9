// The page of `trace++ --listen`, as a browser shows it.

#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>
#include <tests/support/page_checks.hpp>

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
    CHECK(browser.wait_until(page_lives) < 60s);
    CHECK(browser.wait_until("return drawn.size === 2 && /up$/.test(drawn.get(1).parts.state.textContent)") < 60s);
    CHECK(browser.text("return drawn.get(0).parts.name.textContent") == evil);
    CHECK(browser.text("return document.title") == "trace++");
    browser.run_script("drawn.get(1).parts.name.click()");
    CHECK(browser.wait_until("return document.querySelectorAll('#details tbody tr').length >= 2") < 60s);
    const auto details = browser.text("return document.getElementById('details').textContent");
    CHECK(details.find("127.0.0.1") != std::string::npos);
    CHECK(details.find("The path has not changed.") != std::string::npos);
    browser.picture("trace");
    check_page(browser);
    exporter.stop();
}

TEST_CASE("the page of trace++ fits a phone, with long paths and hostile names in its changes", "[apps][pages]")
{
    if (has_no_browser()) return;
    Exporter exporter{{"--interval", "0.5", "127.0.0.1"}, "trace++"};
    Browser browser{{.dark = true, .phone = true}};
    browser.open(exporter.url("/"));
    CHECK(browser.wait_until("return drawn.size === 1 && /up$/.test(drawn.get(0).parts.state.textContent)") < 60s);
    browser.run_script("drawn.get(0).parts.name.click()");
    CHECK(browser.wait_until("return document.querySelectorAll('#details tbody tr').length >= 2") < 60s);
    check_page(browser);

    // What the server tells of a path that has changed.
    browser.run_script(
        "chosen = null; const evil = '<img src=x onerror=document.title=1>'.repeat(5);"
        "const hop = '2001:db8:1111:2222:3333:4444:5555:6666';"
        "byId('details').replaceChildren(el('h2', {}, evil), ...more({"
        "hops: [[1, [hop, evil], 10, 5, 1e6, 2e6, 'limits its answers'], [2, [], 10, 0, 0, 0, '']],"
        "changes: [[1700000000, 2, 3, [hop, evil], [hop]]]}))");
    CHECK(browser.text("return byId('details').textContent.includes('hops 2 to 3')") == "true");
    CHECK(browser.text("return document.querySelectorAll('#details img').length") == "0");
    CHECK(browser.text("return document.title") == "trace++");
    check_page(browser);
    browser.picture("trace_phone_dark");
    exporter.stop();
}

}  // namespace trace_page_tests
