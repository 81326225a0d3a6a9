// The page of `ping++ --listen`, as a browser shows it.

#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>
#include <tests/support/page_checks.hpp>

#include <chrono>
#include <string>

namespace ping_page_tests {

using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

/// Whether the rows are in the document as they are on the screen.
constexpr std::string_view in_order =
    "const at = [...document.querySelectorAll('#rows [role=row]')].map(row => "
    "Number(row.getAttribute('aria-rowindex')));"
    "return at.every((x, i) => i === 0 || at[i - 1] < x)";

}  // namespace

TEST_CASE("the page of ping++ has a row for each target, those in trouble first", "[apps][pages]")
{
    if (has_no_browser()) return;
    const std::string evil = "<img src=x onerror=document.title='owned'>.example";
    Exporter exporter{{"-i", "0.2", "-W", "1", "127.0.0.1", "127.0.0.2", "240.0.0.1", evil}};
    Browser browser;
    browser.open(exporter.url("/"));
    CHECK(browser.wait_until(page_lives) < 60s);
    CHECK(browser.wait_until("return document.getElementById('counts').textContent.startsWith('4 targets, 2 down')") <
          20s);
    CHECK(browser.wait_until("return drawn.size === 4 && /up$/.test(drawn.get(2).parts.state.textContent)") < 60s);
    CHECK(browser.text("return drawn.get(0).parts.state.textContent") == "\xE2\x9C\x95 down");
    CHECK(browser.text("return drawn.get(0).parts.name.textContent") == "240.0.0.1");
    CHECK(browser.text("return drawn.get(1).parts.name.textContent") == evil);
    CHECK(browser.text("return document.title") == "ping++");
    CHECK(browser.wait_until("return drawn.get(0).parts.strip.querySelectorAll('.all').length > 0") < 60s);
    browser.run_script("drawn.get(0).parts.name.focus(); drawn.get(0).parts.name.click()");
    CHECK(browser.wait_until("return document.getElementById('details').textContent.includes('it goes on')") < 60s);
    browser.picture("ping");
    check_page(browser);
    exporter.stop();
}

TEST_CASE("the page of ping++ draws the rows in view of 5,000", "[apps][pages]")
{
    if (has_no_browser()) return;
    Exporter exporter{{"-i", "5", "127.1.0.0/20", "127.2.0.0/22"}};
    Browser browser{{.dark = true}};
    browser.open(exporter.url("/"));
    CHECK(browser.wait_until(page_lives) < 60s);
    CHECK(browser.wait_until("return known.size > 5000") < 60s);
    CHECK(browser.wait_until("return drawn.size > 10 && drawn.size < 60") < 60s);
    browser.run_script("byId('rows').scrollTop = 3000 * 44");
    CHECK(browser.wait_until("return drawn.has(3000) && !drawn.has(0)") < 60s);
    CHECK(browser.wait_until("return strips.has(drawn.get(3000).id_)") < 60s);
    CHECK(browser.text("return drawn.size < 60") == "true");
    browser.run_script(
        "const f = document.getElementById('filter'); f.value = '127.1.7.77'; f.dispatchEvent(new Event('input'))");
    CHECK(browser.wait_until("return order.length === 1 && drawn.size === 1") < 60s);
    browser.run_script(
        "const f = document.getElementById('filter'); f.value = ''; f.dispatchEvent(new Event('input'))");
    browser.wait_until("return drawn.size > 10");
    browser.picture("ping_5000");
    check_page(browser);
    exporter.stop();
}

TEST_CASE("a target keeps the focus when the page of ping++ is sorted, and Tab goes down the rows", "[apps][pages]")
{
    if (has_no_browser()) return;
    Exporter exporter{{"-i", "5", "127.1.0.0/23"}};
    Browser browser;
    browser.open(exporter.url("/"));
    CHECK(browser.wait_until("return known.size > 500 && drawn.size > 10") < 60s);
    browser.run_script("byId('rows').scrollTop = 200 * 44");
    CHECK(browser.wait_until("return drawn.has(200) && !drawn.has(100)") < 60s);
    browser.run_script("byId('rows').scrollTop = 193 * 44");
    CHECK(browser.wait_until("return drawn.has(193)") < 60s);
    CHECK(browser.text(in_order) == "true");

    // Those with a high number first: the row goes far out of view.
    browser.run_script(
        "const node = drawn.get(195); window.held = node.id_; node.parts.name.focus();"
        "for (const row of known.values()) row.weight = row[ID] === held ? 1000 : -row[ID];"
        "sort(); draw();");
    CHECK(browser.text("return document.activeElement.closest('[role=row]').id_ === held && "
                       "document.activeElement.textContent === known.get(held)[NAME]") == "true");
    CHECK(browser.wait_until("return drawn.size < 60 && [...drawn].every(([i, row]) => order[i][ID] === row.id_)") <
          20s);
    CHECK(browser.text(in_order) == "true");
    browser.run_script("document.activeElement.click()");
    CHECK(browser.wait_until("return document.querySelector('#details h2').textContent === known.get(held)[NAME]") <
          20s);
    check_page(browser);
    exporter.stop();
}

TEST_CASE("the page of ping++ on a phone, of no targets", "[apps][pages]")
{
    if (has_no_browser()) return;
    Exporter exporter{Arguments{}};
    Browser browser{{.dark = false, .phone = true}};
    browser.open(exporter.url("/"));
    CHECK(browser.wait_until(page_lives) < 60s);
    CHECK(browser.wait_until("return document.getElementById('counts').textContent.startsWith('0 targets')") < 60s);
    browser.picture("ping_phone_empty");
    check_page(browser);
    exporter.stop();
}

TEST_CASE("the page of ping++ on a phone has each number of a target in view, and nothing moves", "[apps][pages]")
{
    if (has_no_browser()) return;
    const std::string longest = std::string(60, 'a') + "." + std::string(60, 'b') + ".example";
    Exporter exporter{{"-i", "0.2", "-W", "1", "127.0.0.1", "127.0.0.2", "240.0.0.1", longest}};
    Browser browser{{.dark = false, .phone = true}};
    browser.open(exporter.url("/"));
    CHECK(browser.wait_until("return drawn.size === 4 && /up$/.test(drawn.get(2).parts.state.textContent)") < 60s);
    CHECK(browser.wait_until("return /s$/.test(drawn.get(3).parts.p50.textContent)") < 60s);
    watch_layout(browser);
    CHECK(
        browser.text("const room = byId('rows').getBoundingClientRect();"
                     "return [...drawn.values()].every(row => ['name', 'state', 'lost', 'p50', 'strip'].every(part => {"
                     "  const {left, right, top, bottom, width} = row.parts[part].getBoundingClientRect();"
                     "  const of = row.getBoundingClientRect();"
                     "  return width > 0 && left >= room.left && right <= room.right && top >= of.top - 1 && bottom <= "
                     "of.bottom + 1;"
                     "}))") == "true");
    // Numbers that change are not read out; that another target is shown is.
    browser.run_script("drawn.get(0).parts.name.click()");
    CHECK(browser.wait_until("return byId('h-details').textContent === order[0][NAME]") < 60s);
    CHECK(browser.text("return [...document.querySelectorAll('[aria-live], [role=status]')].map(node => node.id)") ==
          R"(["counts","state","h-details"])");
    browser.wait_until("return false", 3s);
    CHECK(browser.run_script("return window.moved").to_number<double>() < 0.05);
    browser.picture("ping_phone");
    check_page(browser);
    exporter.stop();
}

}  // namespace ping_page_tests
