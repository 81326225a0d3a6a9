// httpd++ serves the files of a directory.

#include <apps/common/daemon.hpp>
#include <apps/httpd/program.hpp>

int main(int argc, char** argv) { return libnet::apps::run_daemon<libnet::apps::HttpdProgram>(argc, argv); }
