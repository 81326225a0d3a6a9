#pragma once
// What a Tracer is told: TraceOptions, and the method of its probes, TraceProbe.

#include <libnet/engine/trace/trace_options.hpp>
#include <libnet/engine/trace/trace_path.hpp>
